import json
from collections import Counter

import pandas as pd
import pytest

from tablekin.sample.plan import plan_archive


def test_another_seed_is_another_archive():
    contents = [[page.content for page in plan_archive(6, seed).pages] for seed in (4, 4, 5)]
    assert contents[0] == contents[1] != contents[2]


def test_a_small_archive_has_editions_of_several_works():
    plan = plan_archive(24, 0)
    assert len(plan.pages) == 24
    counts = pd.DataFrame(plan.tree)["work"].value_counts()
    assert (counts >= 2).sum() >= 3
    kinds = pd.Series([page.metadata["kind"] for page in plan.pages])
    assert (kinds != "table").sum() == 5


@pytest.mark.parametrize("documents", [1, 2, 3, 57, 200])
def test_every_number_of_documents_can_be_asked_for(documents):
    plan = plan_archive(documents, 9)
    assert len({page.doc for page in plan.pages}) == documents


def test_metadata_are_those_of_the_edition_and_the_type_of_the_work_is_in_the_truth():
    plan = plan_archive(40, 3)
    tree = pd.DataFrame(plan.tree).set_index("edition")
    types = {row["work"]: row["family"] for row in plan.works}
    for page in plan.pages:
        edition = tree.loc[page.metadata["edition"]]
        assert (page.metadata["year"], page.metadata["place"]) == (str(edition["year"]), edition["place"])
        assert page.metadata["family"] == types[page.metadata["work"]]
    assert Counter(page.metadata["edition"] for page in plan.pages).keys() <= {*tree.index}


def test_parents_are_earlier_printings_of_the_same_work():
    tree = pd.DataFrame(plan_archive(80, 5).tree).set_index("edition")
    copies = tree.dropna(subset=["parent"])
    assert len(copies)
    parents = tree.loc[copies["parent"]]
    assert (parents["work"].to_numpy() == copies["work"].to_numpy()).all()
    assert (parents["year"].to_numpy() < copies["year"].to_numpy()).all()


def test_misprints_are_given_as_the_edition_prints_them():
    plan = plan_archive(60, 11)
    seen = 0
    for page in plan.pages:
        for one in page.misprints:
            assert one["printed"] != one["correct"]
            seen += 1
        if page.content.kind != "table":
            assert not page.misprints
    assert seen


def test_works_computed_anew_come_after_all_others_and_change_none():
    plain, more = plan_archive(20, 5), plan_archive(20, 5, anew=12)
    assert len(more.pages) == 32
    for before, after in zip(plain.pages, more.pages, strict=False):
        assert before.metadata == after.metadata
        assert before.content == after.content
        assert before.misprints == after.misprints
        assert before.seed.spawn_key == after.seed.spawn_key
    assert len({page.seed.spawn_key for page in more.pages}) == 32


def test_works_computed_anew_are_told_with_their_authors_and_deviations():
    plan = plan_archive(20, 5, anew=12)
    works = pd.DataFrame(plan.works).set_index("work")
    anew = works[works["anew_of"].notna()]
    assert len(anew)
    for name, row in anew.iterrows():
        old = works.loc[row["anew_of"]]
        assert (row["family"], row["parameters"]) == (old["family"], old["parameters"])
        assert set(json.loads(row["author"])) == {"sine_radius", "every", "rounding", "slips_a_column"}
        pages = [page for page in plan.pages if page.metadata["work"] == name]
        assert any(page.deviations for page in pages if page.metadata["kind"] == "table")
    assert not any(page.deviations for page in plan.pages if page.metadata["work"] not in anew.index)
