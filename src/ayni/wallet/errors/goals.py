"""What is refused about goals and standing payments."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound, Refused


class UnknownGoal(NotFound):
    """No such goal of this person, or it has ended."""

    code = "unknown_goal"
    what = "There is no such goal of yours."
    means = "No money has moved."
    do = "Look at the list of your goals."


class GoalRefused(BadInput):
    """A goal without a name, or that aims at nothing."""

    code = "goal_refused"
    what = "A goal has a name of 1 to 60 letters, an amount above zero if any, and a day to come if any."
    means = "No goal was opened."
    do = "Correct it and try again."


class TooManyGoals(Refused):
    """Money in many places is found in none."""

    code = "too_many_goals"
    what = "There are {count} goals already."
    means = "No other was opened."
    do = "Reach one or break one first."


class UnknownStanding(NotFound):
    """No such standing payment of this person."""

    code = "unknown_standing"
    what = "There is no such standing payment of yours."
    means = "Nothing was changed."
    do = "Look at the list of your standing payments."


class StandingRefused(BadInput):
    """A standing payment that could never be made."""

    code = "standing_refused"
    what = "This standing payment cannot be: {rule}."
    means = "Nothing was agreed."
    do = "Correct it and try again."


class TooManyStanding(Refused):
    """More than anybody can oversee."""

    code = "too_many_standing"
    what = "There are {count} standing payments already."
    means = "No other was agreed."
    do = "End one first."
