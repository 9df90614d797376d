"""pain.002.001.10: the bank answers to what we asked it to pay."""

from __future__ import annotations

from ayni.payments.formats.xml import Node
from ayni.payments.model.payouts import Answered, StatusReport

KIND = "pain.002.001.10"


def read_report(root: Node) -> StatusReport:
    """What a status report says. A group that is rejected is rejected in all of its parts. Raises
    BadBankFile.
    """
    body = root.get("CstmrPmtStsRpt")
    original = body.get("OrgnlGrpInfAndSts")
    answers = []
    for group in body.all("OrgnlPmtInfAndSts"):
        for one in group.all("TxInfAndSts"):
            status = one.text("TxSts") or group.text("PmtInfSts")
            answers.append(Answered(one.needed("OrgnlEndToEndId"), status, _reason(one) or _reason(group)))
    groups = [group.text("PmtInfSts") for group in body.all("OrgnlPmtInfAndSts")]
    whole = original.text("GrpSts")
    if not whole and groups and set(groups) == {"RJCT"} and not answers:
        whole = "RJCT"
    return StatusReport(
        message_id=body.needed("GrpHdr/MsgId"),
        original_id=original.needed("OrgnlMsgId"),
        whole_group=whole,
        reason=_reason(original),
        answers=tuple(answers),
    )


def _reason(node: Node) -> str:
    """Code and words of why, as the bank gives them."""
    told = []
    for info in node.all("StsRsnInf"):
        told += [
            info.text("Rsn/Cd") or info.text("Rsn/Prtry"),
            *(line.text() for line in info.all("AddtlInf")),
        ]
    return " ".join(word for word in told if word)[:500]
