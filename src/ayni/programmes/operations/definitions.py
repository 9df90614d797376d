"""Programmes and scores are written down as dated data; a change is a new version."""

from __future__ import annotations

from datetime import date

from ayni import payments, registry
from ayni.foundation import audit
from ayni.foundation.country import UnknownOfficialScore
from ayni.foundation.db import Tx
from ayni.programmes import store
from ayni.programmes.errors import BadDefinition, TargetIsFixed
from ayni.programmes.model import NotACriterion, NotADefinition, Programme, Scorecard, Term, read_scorecard
from ayni.programmes.queries.definitions import load_yaml, read_rules
from ayni.programmes.store import assessing
from ayni.registry import FactName
from ayni.values.ids import ProgrammeId, new_id, show_id


def define_programme(tx: Tx, *, text: str) -> Programme:
    """Define a programme, or its next version, from YAML. The same text twice is one version.

    Opens the programme's budget book. Raises BadDefinition, TargetIsFixed.
    """
    definition = read_rules(tx, text)
    known = store.find_programme(tx, definition.code)
    if known is None:
        programme_id = ProgrammeId(new_id(tx.now))
        store.run(
            tx,
            "insert_programme",
            id=programme_id,
            code=definition.code,
            target=definition.target,
            at=tx.now,
        )
        version = 1
    elif known.definition.digest == definition.digest:
        return known
    elif known.target != definition.target:
        raise TargetIsFixed(programme=known.code, target=known.target)
    else:
        programme_id, version = known.id, known.version + 1
    store.insert_version(tx, programme_id, version, definition)
    audit.record(
        tx,
        action="programmes.define",
        subject=show_id("prg", programme_id),
        details={"version": version, "digest": definition.digest},
    )
    payments.open_programme_book(tx, programme_id=programme_id, name=definition.code)
    payments.name_programme(tx, programme_id=programme_id, name=definition.name)
    return Programme(programme_id, definition.code, definition.target, version, definition)


def define_score(tx: Tx, *, text: str) -> Scorecard:
    """Define a score, or its next version, from YAML. The same text twice is one version.

    Raises BadDefinition.
    """
    try:
        scorecard = read_scorecard(load_yaml(text))
    except NotADefinition as error:
        raise BadDefinition(place=error.place, reason=error.reason) from error
    return _keep_score(tx, scorecard)


def define_official_score(tx: Tx, *, code: str, on: date | None = None) -> Scorecard:
    """Define a score that was published for the country, as it is in force on a day, with its facts.

    Each answer is a fact of the household, which a padrón or a visit tells. Raises UnknownOfficialScore.
    """
    known = {one.code: one for one in tx.country.official_scores(on=on or tx.today)}
    if code not in known:
        raise UnknownOfficialScore(score=code[:60], known=", ".join(known))
    official = known[code]
    registry.declare_facts(
        tx, facts=[FactName("household", name, "text", meaning) for name, meaning in official.facts]
    )
    scorecard = Scorecard(
        code=official.code,
        name=official.name,
        target="household",
        valid_from=official.valid_from,
        source=official.source,
        decimals=0,
        constant=0,
        terms=tuple(
            Term(f"{fact}: {answer}", f"household.{fact} = '{answer}'", points)
            for fact, answer, points in official.points
        ),
        likelihood=official.likelihood,
    )
    return _keep_score(tx, scorecard)


def _keep_score(tx: Tx, scorecard: Scorecard) -> Scorecard:
    try:
        scorecard.compile(store.known_facts(tx))
    except NotACriterion as error:
        raise BadDefinition(place="terms", reason=f"{error.reason} (at: {error.place})") from error
    known = assessing.find_scorecard(tx, scorecard.code)
    if known is not None and known[1].digest == scorecard.digest:
        return known[1]
    version = 1 if known is None else known[0] + 1
    assessing.insert_scorecard(tx, scorecard, version)
    audit.record(
        tx,
        action="programmes.define_score",
        subject=scorecard.code,
        details={"version": version, "digest": scorecard.digest},
    )
    return scorecard
