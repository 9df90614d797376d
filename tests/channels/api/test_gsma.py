"""The GSMA profile: each path that it offers answers as the published description says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest

from ayni import identity, wallet
from tests.channels.api.conftest import PEDRO, ROSA, Served
from tests.channels.api.gsma_client import ROOT, Gsma, party, payment, transfer
from tests.channels.api.gsma_schema import spec
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import register


@pytest.fixture(scope="module")
def gsma(served: Served) -> Gsma:
    spec()
    return Gsma(served.house)


def test_a_transfer_is_accepted_carried_out_and_found(gsma: Gsma, served: Served) -> None:
    rosa, pedro = served.balance(served.rosa), served.balance(served.pedro)
    correlation = str(uuid4())
    body = transfer(
        "2.50",
        descriptionText="for bread",
        requestingOrganisationTransactionReference="REF-1",
        metadata=party(colour="red"),
        requestDate="2025-06-02T10:00:00Z",
        senderKyc={"nationality": "PE", "subjectName": {"fullName": "Not To Be Kept"}},
    )
    made = gsma.make("transfer", body, x_correlationid=correlation)
    assert made.data["amount"] == "2.50"
    assert made.data["currency"] == "PEN"
    assert made.data["transactionStatus"] == "completed"
    assert made.data["descriptionText"] == "for bread"
    assert made.data["metadata"] == party(colour="red")
    assert made.data["debitParty"] == party(msisdn=ROSA)
    assert "Not To Be Kept" not in made.body.decode()
    assert served.balance(served.rosa) == rosa - 250
    assert served.balance(served.pedro) == pedro + 250
    link = gsma.get(f"/responses/{correlation}", at="/responses/{clientCorrelationId}").data["link"]
    assert served.house.get(link).data == made.data


def test_the_older_path_takes_the_type_in_the_body(gsma: Gsma, served: Served) -> None:
    accepted = gsma.post("/transactions", transfer(type="transfer"))
    assert accepted.data["notificationMethod"] == "polling"
    assert gsma.wait(accepted).data["status"] == "completed"


def test_the_same_request_again_is_the_same_request(gsma: Gsma, served: Served) -> None:
    before, correlation = served.balance(served.rosa), str(uuid4())
    at = "/transactions/type/{transactionType}"
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: gsma.post(
                    "/transactions/type/merchantpay", payment(), at, x_correlationid=correlation
                ),
                range(20),
            )
        )
    assert {answer.status for answer in answers} == {202}
    assert len({answer.data["serverCorrelationId"] for answer in answers}) == 1
    gsma.wait(answers[0])
    assert served.balance(served.rosa) == before - 150
    other = gsma.post("/transactions/type/merchantpay", payment("9.99"), at, x_correlationid=correlation)
    assert (other.status, other.data["errorCode"]) == (400, "duplicateRequest")
    assert other.data["errorParameters"][0]["value"] == "request_differs"
    assert served.balance(served.rosa) == before - 150


def test_a_merchant_is_paid_and_gives_it_back_in_parts(gsma: Gsma, served: Served) -> None:
    before = served.balance(served.rosa)
    body = transfer(
        "10.00", creditParty=party(organisationid="BODEGA01"), debitParty=party(walletid=served.rosa)
    )
    made = gsma.make("merchantpay", body)
    reference = made.data["transactionReference"]
    assert served.balance(served.rosa) == before - 1_000
    at = "/transactions/{transactionReference}/reversals"
    part = gsma.post(
        f"/transactions/{reference}/reversals", {"type": "reversal", "amount": "4.00", "currency": "PEN"}, at
    )
    state = gsma.wait(part)
    assert state.data["status"] == "completed", state.data
    reversal = served.house.get(f"{ROOT}/transactions/{state.data['objectReference']}").data
    assert reversal["originalTransactionReference"] == reference
    assert reversal["amount"] == "4.00"
    assert served.balance(served.rosa) == before - 600
    assert (
        gsma.wait(gsma.post(f"/transactions/{reference}/reversals", {"type": "reversal"}, at)).data["status"]
        == "completed"
    )
    assert served.balance(served.rosa) == before
    again = gsma.wait(gsma.post(f"/transactions/{reference}/reversals", {"type": "reversal"}, at))
    assert again.data["error"]["errorCode"] == "incorrectState"


def test_what_was_sent_to_a_person_is_not_reversed(gsma: Gsma) -> None:
    made = gsma.make("transfer", transfer())
    at = "/transactions/{transactionReference}/reversals"
    path = f"/transactions/{made.data['transactionReference']}/reversals"
    state = gsma.wait(gsma.post(path, {"type": "reversal"}, at))
    assert state.data["error"]["errorCategory"] == "identification"
    refused = gsma.post(path, {"type": "adjustment"}, at)
    assert (refused.status, refused.data["errorCode"]) == (400, "transactionTypeError")


def test_an_agent_takes_cash_and_hands_it_out(gsma: Gsma, served: Served) -> None:
    before = served.balance(served.rosa)
    agent = party(organisationid="AGENTE01")
    gsma.make("deposit", transfer("20.00", debitParty=agent, creditParty=party(msisdn=ROSA)))
    assert served.balance(served.rosa) == before + 2_000
    made = gsma.make("withdrawal", transfer("20.00", creditParty=agent))
    fees = sum(round(float(fee["feeAmount"]) * 100) for fee in made.data.get("fees", ()))
    assert served.balance(served.rosa) == before - fees


@pytest.mark.parametrize(
    "path", ["accounts/msisdn/{phone}", "accounts/walletid/{id}", "accounts/msisdn@{phone}$walletid@{id}"]
)
def test_an_account_tells_its_status_name_and_balance(gsma: Gsma, served: Served, path: str) -> None:
    path = "/" + path.format(phone=ROSA.replace("+", "%2B"), id=served.rosa)
    at = "/accounts/{accountId}/" if "@" in path else "/accounts/{identifierType}/{identifier}/"
    assert gsma.get(f"{path}/status", at + "status").data["accountStatus"] == "available"
    name = gsma.get(f"{path}/accountname", at + "accountname").data["name"]
    assert name["fullName"]
    told = gsma.get(f"{path}/balance", at + "balance").data
    assert told["currentBalance"] == f"{served.balance(served.rosa) / 100:.2f}"
    assert told["currency"] == "PEN"


def test_a_shop_has_an_account_too(gsma: Gsma) -> None:
    at = "/accounts/{identifierType}/{identifier}/"
    path = "/accounts/organisationid/BODEGA01/"
    assert gsma.get(path + "status", at + "status").data["accountStatus"] == "available"
    assert gsma.get(path + "accountname", at + "accountname").data["name"]["fullName"] == "Bodega Doña Julia"
    assert float(gsma.get(path + "balance", at + "balance").data["currentBalance"]) >= 0
    entries = gsma.get(path + "statemententries", at + "statemententries")
    assert entries.headers["x-records-returned-count"] == str(len(entries.data))


@pytest.mark.parametrize("what", ["transactions", "statemententries"])
def test_what_moved_is_told_in_pages(gsma: Gsma, served: Served, what: str) -> None:
    for _ in range(3):
        gsma.make("merchantpay", payment("0.10"))
    at = f"/accounts/{{identifierType}}/{{identifier}}/{what}"
    path = f"/accounts/walletid/{served.rosa}/{what}"
    whole = gsma.get(path + "?limit=500", at)
    count = int(whole.headers["x-records-available-count"])
    assert count == len(whole.data) >= 3
    pages = [gsma.get(f"{path}?limit=2&offset={offset}", at) for offset in range(0, count, 2)]
    assert [entry for page in pages for entry in page.data] == whole.data
    assert {page.headers["x-records-available-count"] for page in pages} == {str(count)}
    assert gsma.get(f"{path}?offset={count + 5}", at).data == []
    assert gsma.get(f"{path}?fromDateTime=2030-01-01T00:00:00Z", at).data == []
    assert len(gsma.get(f"{path}?limit=500&toDateTime=2030-01-01T00:00:00Z", at).data) == count
    if what == "transactions":
        kinds = gsma.get(f"{path}?transactionType=merchantpay&limit=500", at).data
        assert {entry["type"] for entry in kinds} == {"merchantpay"}
        assert any(gsma.transaction(entry["transactionReference"]).status == 200 for entry in kinds[:1])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "formatError"),
        ("limit=x", "formatError"),
        ("offset=-1", "invalidOffset"),
        ("offset=99999999999999999999", "invalidOffset"),
        ("fromDateTime=yesterday", "formatError"),
        ("toDateTime=2025-01-01T00:00:00", "formatError"),
    ],
)
def test_a_page_that_cannot_be_is_refused(gsma: Gsma, served: Served, query: str, code: str) -> None:
    at = "/accounts/{identifierType}/{identifier}/transactions"
    answer = gsma.get(f"/accounts/walletid/{served.rosa}/transactions?{query}", at)
    assert (answer.status, answer.data["errorCode"]) == (400, code)


def test_a_bill_is_found_and_paid_once(gsma: Gsma, served: Served) -> None:
    with served.database.transaction(TEST_ACTOR) as tx:
        keeper = wallet.get_shop(tx, shop_id=served.bodega.id).keeper_id
        company = wallet.open_biller(tx, keeper_id=keeper, code="LUZ1", display_name="Luz de Prueba")
        bill = wallet.bills.note_bill(
            tx,
            shop_id=company.id,
            customer="12345678",
            bill=wallet.OpenBill("N1", "R. Q.", 1_500, date(2025, 7, 1)),
        )
    assert gsma.get("/billcompanies").data == [{"serviceProvider": "LUZ1", "companyName": "Luz de Prueba"}]
    one = gsma.get("/billcompanies/LUZ1", at="/billcompanies/{serviceProvider}")
    assert one.data["companyName"] == "Luz de Prueba"
    missing = gsma.get("/billcompanies/NOPE", at="/billcompanies/{serviceProvider}")
    assert missing.status == 404
    assert missing.data["errorParameters"][0]["value"] == "gsma_no_such_object"
    listed = gsma.get(
        "/accounts/serviceprovider@LUZ1$consumerno@12345678/bills", at="/accounts/{accountId}/bills"
    )
    (told,) = listed.data
    assert (told["billStatus"], told["amountDue"], told["dueDate"]) == ("unpaid", "15.00", "2025-07-01")
    assert told["billReference"] == str(bill.id)
    before = served.balance(served.rosa)
    path = f"/accounts/walletid/{served.rosa}/bills/{bill.id}/payments"
    at = "/accounts/{identifierType}/{identifier}/bills/{billReference}/payments"
    for amount, code in (("14.00", "underPaymentNotAllowed"), ("16.00", "overPaymentNotAllowed")):
        wrong = gsma.post(path, {"amountPaid": amount, "currency": "PEN"}, at)
        assert (wrong.status, wrong.data["errorCode"]) == (400, code)
    correlation = str(uuid4())
    sent = gsma.post(path, {"amountPaid": "15.00", "currency": "PEN"}, at, x_correlationid=correlation)
    paid = gsma.wait(sent)
    assert paid.data["status"] == "completed", paid.data
    assert served.balance(served.rosa) == before - 1_500
    # A bug: the link led to a path that only takes payments, and tells none.
    link = gsma.get(f"/responses/{correlation}", at="/responses/{clientCorrelationId}").data["link"]
    assert served.house.get(link).data["amount"] == "15.00"
    shown = gsma.get(path, at).data
    assert (shown["amountPaid"], shown["billPaymentStatus"]) == ("15.00", "completed")
    assert link.endswith(shown["serviceProviderPaymentReference"])
    (told,) = gsma.get(
        "/accounts/serviceprovider@LUZ1$consumerno@12345678/bills", at="/accounts/{accountId}/bills"
    ).data
    assert told["billStatus"] == "paid"
    pedro = f"/accounts/walletid/{served.pedro}/bills/{bill.id}/payments"
    assert gsma.get(pedro, at).status == 404, "whose payment it was is not told to others"
    refused = gsma.wait(gsma.post(pedro, {"amountPaid": "15.00", "currency": "PEN"}, at))
    assert refused.data["error"]["errorCode"] == "incorrectState"


def test_the_service_says_that_it_is_there(gsma: Gsma) -> None:
    assert gsma.get("/heartbeat").data["serviceStatus"] == "available"


def test_a_telephone_of_two_people_names_nobody(gsma: Gsma, served: Served) -> None:
    with served.database.transaction(TEST_ACTOR) as tx:
        (ana,) = register(tx)
        wallet.open_wallets(tx, person_ids=[ana])
        identity.reach.add_contact(tx, person_id=ana, phone=PEDRO, reason="asked")
        identity.reach.verify_contact(tx, person_id=ana, phone=PEDRO)
    at = "/accounts/{identifierType}/{identifier}/status"
    answer = gsma.get(f"/accounts/msisdn/{PEDRO}/status", at)
    assert answer.status == 404
    assert answer.data["errorParameters"][0]["value"] == "gsma_unknown_party"
