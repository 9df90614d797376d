"""What programmes refuse, each by its name."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound, Refused


class BadDefinition(BadInput):
    """A programme's file that cannot be meant."""

    code = "bad_definition"
    what = "The programme's file cannot be used: {place}: {reason}."
    means = "No programme was defined or changed."
    do = "Correct that place in the file, and define it again."


class UnknownProgramme(NotFound):
    """No programme has this code."""

    code = "unknown_programme"
    what = "There is no programme called {programme}."
    means = "Nothing was changed."
    do = "Check the code, or define the programme first (ayni programme define FILE)."


class TargetIsFixed(Refused):
    """A programme for households does not become one for people."""

    code = "target_is_fixed"
    what = "The programme {programme} is for each {target}, and stays so."
    means = "No new version was recorded."
    do = "Define a programme with another code."


class CriteriaFailed(Refused):
    """A fact is not what its name says, so the expression could not be worked out."""

    code = "criteria_failed"
    what = "The criteria could not be worked out on the registry's facts."
    means = "Nobody was assessed."
    do = "Look for a fact whose value does not fit its type, and correct it in the registry."


class AssessmentStale(Refused):
    """Another judgement has taken the place of this one, or time has."""

    code = "assessment_stale"
    what = "Nothing may be paid from this assessment any more: {why}."
    means = "No cycle was opened: it might pay who is no longer eligible, or leave out who has become so."
    do = "Assess the programme again, enrol, and open the cycle from the new assessment."


class UnknownAssessment(NotFound):
    """No assessment has this id, or none was made of this subject."""

    code = "unknown_assessment"
    what = "There is no such assessment."
    means = "Nothing was changed."
    do = "Assess the programme first (ayni programme assess)."


class StateRefused(Refused):
    """A membership cannot go from its state to that one."""

    code = "state_refused"
    what = "A membership that is {current} cannot become {wanted}."
    means = "It is as it was."
    do = "Pause only who is enrolled; re-admit only who was paused."


class UnknownCycle(NotFound):
    """No cycle has this id."""

    code = "unknown_cycle"
    what = "There is no such cycle."
    means = "Nothing was changed."
    do = "Check the id (ayni programme cycles)."


class CycleExists(Refused):
    """The programme has a cycle of this name, or of this assessment."""

    code = "cycle_exists"
    what = "The programme already has a cycle of this name, or one that pays this assessment."
    means = "No second one was opened: it would pay the same people twice."
    do = "Go on with that one, or open a cycle with the name of the next period."


class CycleNeedsName(BadInput):
    """A cycle is named after its period."""

    code = "cycle_needs_name"
    what = "The cycle has no name."
    means = "It was not opened."
    do = "Name it after its period, for example 2025-06."


class NobodyToPay(Refused):
    """A cycle without entitlements."""

    code = "nobody_to_pay"
    what = "Nobody who is enrolled was found eligible."
    means = "No cycle was opened."
    do = "Look at the assessment's reasons, and enrol first."


class CycleTooLarge(Refused):
    """A cycle's sum is beyond what one transfer can reserve."""

    code = "cycle_too_large"
    what = "The entitlements would come to {total_minor} minor units, and a cycle has at most {most_minor}."
    means = "No cycle was opened."
    do = "Look for an amount in the assessment that cannot be meant."


class CycleStateRefused(Refused):
    """The cycle is not in the state that this needs."""

    code = "cycle_state_refused"
    what = "The cycle is not in the state that this step needs."
    means = "It is as it was."
    do = "A cycle goes from draft to approval, is approved, distributed and ended, in this order."


class CyclePartlyPaid(Refused):
    """Somebody has been paid, and that cannot be made undone by cancelling."""

    code = "cycle_partly_paid"
    what = "Some of this cycle's entitlements have been paid already."
    means = "It was not cancelled: money in a wallet is its owner's."
    do = "Finish paying it, and then end it: what is still unpaid goes back to the budget."


class ReleaseRefused(Refused):
    """The ledger does not let the reserved budget go."""

    code = "release_refused"
    what = "The ledger refused to release the cycle's reserved budget: {result}."
    means = "The cycle is as it was, and its budget stays reserved."
    do = "Put the programme's accounts in order, then do the same again."


class PaidMeanwhile(Refused):
    """Another process has just paid some of the same entitlements."""

    code = "paid_meanwhile"
    what = "Some of these entitlements have just been paid by somebody else."
    means = "Nothing of this batch was paid, and nobody is paid twice."
    do = "Look again at what is unpaid, and pay that."


class HeldMeanwhile(Refused):
    """Something that holds a payment up became known while its batch was prepared."""

    code = "held_meanwhile"
    what = "Some of these entitlements may not be paid at present."
    means = "The whole batch was undone: nobody was paid by it."
    do = "Send it again: those who must wait are left out then, each with the reason."


class SameHuman(Refused):
    """Maker and checker are one human, whatever the accounts are called."""

    code = "maker_is_checker"
    http_status = 403
    what = "The one who opened the cycle cannot approve it, through this account or another."
    means = "The cycle was not approved."
    do = "Ask another officer with the role of approver."


class OwnBenefit(Refused):
    """Somebody would decide on a payment to their own household."""

    code = "own_benefit"
    http_status = 403
    what = "The one who opened or approves this cycle belongs to a household that it pays."
    means = "The cycle was not approved."
    do = "Have it opened and approved by officers whose households receive nothing from it."


class RoleMissing(Refused):
    """The officer does not have the role that this step needs."""

    code = "role_missing"
    http_status = 403
    what = "This step needs the role {role}."
    means = "Nothing was changed."
    do = "Ask an officer who has it."


class BudgetNotCovered(Refused):
    """The programme's free budget is smaller than what the cycle owes."""

    code = "budget_not_covered"
    what = "The programme's budget does not cover this cycle."
    means = "It was not approved, and nothing was reserved."
    do = "Have the funds deposited and confirmed first, then approve it."


class UnknownEntitlement(NotFound):
    """No entitlement has this id."""

    code = "unknown_entitlement"
    what = "There is no such entitlement."
    means = "Nothing was changed."
    do = "Check the id, as the cycle's list shows it."


class UnknownScorecard(NotFound):
    """No scorecard has this code."""

    code = "unknown_scorecard"
    what = "There is no score called {score}."
    means = "Nothing was changed."
    do = "Define it first (ayni programme define-score FILE)."


class WarningsUnread(Refused):
    """A cycle has warnings, and its approver has not said that they were read."""

    code = "warnings_unread"
    what = "This cycle has warnings that must be read before it is approved."
    means = "It was not approved."
    do = "Look at them with the cycle's differences, then approve it and say that you have read them."


class AlreadyApproved(Refused):
    """One human approves once, by whichever account."""

    code = "already_approved"
    what = "This human has approved the cycle already, through this account or another."
    means = "The cycle still waits for another officer."
    do = "Ask another officer with the role of approver."


class PeriodUnknown(BadInput):
    """The programme's calendar has no payment of that name."""

    code = "period_unknown"
    what = "The calendar of {programme} has no payment called {name}."
    means = "No cycle was opened."
    do = "Name the cycle as the calendar does: {known}."


class CycleOverCap(Refused):
    """A cycle comes to more than the programme's file allows for one."""

    code = "cycle_over_cap"
    what = "The entitlements would come to {total_minor} minor units, and a cycle has at most {most_minor}."
    means = "No cycle was opened."
    do = "Look at who is enrolled and at the amounts; or change the cap in a new version."


class NoSuchParent(Refused):
    """A top-up or a follow-up needs a cycle of the same programme that was approved."""

    code = "no_such_parent"
    what = "Only an approved cycle of the same programme can be topped up or followed up."
    means = "No cycle was opened."
    do = "Choose the cycle that was paid, or open a regular one."


class EntitlementSettled(Refused):
    """It was paid, or waits for its wallet."""

    code = "entitlement_settled"
    what = "This entitlement has been paid, or its money waits for the wallet."
    means = "It is as it was: money in a wallet is its owner's."
    do = "If it should not have been paid, record an overpayment, which is decided and can be appealed."


class NotAPayee(Refused):
    """Money of a household goes to somebody of it, or to who collects for one of them."""

    code = "not_a_payee"
    what = "This person is neither covered by the entitlement nor collects for anybody who is."
    means = "It goes to whom it went before."
    do = "Register them as a collector first, with the document and the days, or name a member."


class CycleStillWaits(Refused):
    """Money of the cycle waits for wallets, and its owners still have time."""

    code = "cycle_still_waits"
    what = "The money of {waiting} entitlements waits for wallets that are not taken into use yet."
    means = "The cycle was not ended."
    do = "End it when the deadline for claims has passed: what nobody took is the programme's again then."


class UnknownOverpayment(NotFound):
    """No overpayment has this id."""

    code = "unknown_overpayment"
    what = "There is no such overpayment."
    means = "Nothing was changed."
    do = "Check the id (ayni programme overpayments CODE)."


class NotOverpaid(Refused):
    """Nothing was paid, or less, or there is a case of it already."""

    code = "not_overpaid"
    what = "No overpayment of this sum can be recorded of the entitlement."
    means = "Nothing was recorded."
    do = "Check that it was paid, that the sum is no more than that, and that there is no case of it already."


class OverpaymentDecided(Refused):
    """A decision is made once; whoever disagrees appeals."""

    code = "overpayment_decided"
    what = "This overpayment has been decided already."
    means = "The first decision stands."
    do = "To change it, decide an appeal against it."


class BadRecovery(BadInput):
    """Sums that cannot be meant, or no reasons."""

    code = "bad_recovery"
    what = "A recovery has reasons, and keeps back part of each cycle up to at most {most_minor} minor units."
    means = "Nothing was decided."
    do = "Give both sums above zero, or both zero to recover nothing, and the reasons."


class BadQuestion(BadInput):
    """What a simulation is asked cannot be meant."""

    code = "bad_question"
    what = "This cannot be simulated: {reason}."
    means = "Nothing was worked out, and nothing is recorded by a simulation anyway."
    do = "Correct that part of the question, and ask again."


class BadTraining(BadInput):
    """A score cannot be learnt from this."""

    code = "bad_training"
    what = "No score can be learnt from this: {reason}."
    means = "Nothing was written."
    do = "Correct that, and learn again."


class ScoringNotInstalled(Refused):
    """Scores are learnt with a package that is installed only where it is wanted."""

    code = "scoring_not_installed"
    http_status = 501
    what = "The package that learns scores (scikit-learn) is not installed here."
    means = "Nothing was learnt. Scores that are defined are worked out all the same."
    do = "Install the group `scoring` (uv sync --group scoring), and ask again."
