"""What a reader sees of an atlas: opened from the disk in a browser without a network."""

import base64
import csv
import io
import json
import math
from urllib.parse import parse_qs
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pandas as pd
import pytest

from tablekin.corpus import CorpusStore
from tablekin.explain import joint_relevance, pool_factor
from tablekin.models.specific_similarity import load_specific_similarity
from tablekin.report import AtlasRequest, write_atlas
from tablekin.report.verdict_words import stated_odds
from tablekin.schemas import FEATURES
from tests.support.atlases import LONG, MARKUP, RIGHT_TO_LEFT, empty_corpus, full_corpus, make_corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory, page):
    return full_corpus(tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="module")
def atlas(corpus, tmp_path_factory):
    out = tmp_path_factory.mktemp("atlas") / "out"
    write_atlas(AtlasRequest(corpus, out, workers=1, title=f"Tables {MARKUP}"), print)
    return out


ADDRESSES = [
    "#/findings",
    "#/findings?sort=errors&from=1500",
    "#/map?color=work&years=1550-1620",
    "#/pages?q=page",
    "#/page/page0?cell=12",
    "#/pair/page0/page2?level=row&at=82,",
    "#/pair/page4/page0?beyond=1",
    "#/pair/page0/page1",
    "#/apparatus/page0/page2/2",
    "#/families",
    "#/family/0",
    "#/corpus",
    "#/corpus/drivers",
    "#/corpus/time",
    "#/corpus/places",
    "#/corpus/parameters",
    "#/search?q=Sphaera",
    "#/page/zbroken0",
    "#/page/nobody",
    "#/nowhere/%3Cb%3E",
]


ACCESSIBLE = [  # each kind of view once
    "#/findings",
    "#/map",
    "#/pages",
    "#/page/page0",
    "#/page/zbroken0",
    "#/pair/page0/page2?level=row",
    "#/apparatus/page0/page2/1",
    "#/family/0",
    "#/corpus",
    "#/corpus/places",
    "#/corpus/parameters",
    "#/search?q=Sphaera",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_shows_the_same_when_it_is_reloaded(page, atlas, address):
    if not page.run(script="location.href").startswith(atlas.as_uri()):
        page.visit(atlas)
    page.go(hash=address)
    before, title = page.text(), page.title()
    assert before and title != "broken"
    assert page.run(script="document.querySelectorAll('h1').length") == 1
    page.reload()
    assert page.text() == before and page.title() == title
    assert page.complaints() == []


def test_every_view_is_accessible(page, atlas):
    page.visit(atlas)
    found = {}
    for address in ACCESSIBLE:
        page.go(hash=address)
        found[address] = page.axe()
    assert {address: violations for address, violations in found.items() if violations} == {}


def test_hostile_names_and_metadata_are_text(page, atlas):
    page.visit(atlas)
    for address in (
        "#/findings",
        "#/page/page1",
        "#/page/page0",
        "#/map?color=work",
        "#/corpus",
        "#/search?q=lorem",
    ):
        page.go(hash=address)
        assert page.title().endswith(f"Tables {MARKUP}") or len(page.title()) == 200
        assert page.count("main script, main img[onerror], main u, main b script") == 0
    page.go(hash="#/page/page1")
    assert MARKUP in page.text()
    page.go(hash="#/page/page0")
    assert LONG.strip() in page.run(script="document.querySelector('main').textContent")
    page.go(hash="#/page/page2")
    assert RIGHT_TO_LEFT.strip() in page.run(script="document.querySelector('main').textContent")
    assert page.run(script="document.documentElement.scrollWidth <= innerWidth + 1")


def test_numbers_on_the_front_page_are_those_of_the_tables(page, atlas, corpus):
    kin = CorpusStore.open(corpus).read("alignments").query("is_kin")
    page.visit(atlas)
    assert f"{len(kin)} related pairs" in page.text(".counts").replace("\n", " ")
    rows = page.run(script="[...document.querySelectorAll('.pair-what')].map((one) => one.innerText)")
    told = sorted(row.split(" cells agree")[0].split("\n")[-1].split()[0] for row in rows)
    assert told == sorted(str(one) for one in kin["same"])
    assert "zbroken0" in page.text()


def test_a_list_is_filtered_and_its_address_says_how(page, atlas):
    page.visit(atlas)
    everything = page.count(".pair-row")
    page.run(
        script="""(() => { const one = document.querySelector('.filters input[type=search]');
        one.value = 'Tabulae'; one.dispatchEvent(new Event('input', { bubbles: true })) })()"""
    )
    assert 0 < page.count(".pair-row") < everything
    assert "q=Tabulae" in page.run(script="location.hash")


def test_the_table_as_read_is_that_of_the_corpus_and_tied_to_the_page(page, atlas, corpus):
    cells = CorpusStore.open(corpus).read("regions", ["page3"]).query("kind == 'cell'")
    page.visit(atlas, "#/page/page3")
    written = page.run(
        script="[...document.querySelectorAll('.reading td button')].map((one) => one.innerText)"
    )
    assert written == cells.sort_values(["row", "col"])["text"].tolist()
    page.click(selector=".reading tbody tr:nth-child(2) td:nth-child(3) button")
    region = cells[(cells["row"] == 1) & (cells["col"] == 1)]["region_id"].item()
    assert f"cell={region}" in page.run(script="location.hash")
    assert page.count(".layer.chosen rect") == 1
    page.wait(condition="document.querySelector('.told-of').innerText.startsWith('row 2, column 2 ')")
    assert "right with probability" in page.text(".told-of") and "of this page’s likeness" in page.text(
        ".told-of"
    )
    assert page.count(".reading .doubtful") == 1


def test_what_a_reader_takes_away_is_what_was_read(page, atlas, corpus):
    cells = CorpusStore.open(corpus).read("regions", ["page3"]).query("kind == 'cell'")
    grid = cells.pivot(index="row", columns="col", values="text").to_numpy().tolist()
    page.visit(atlas, "#/page/page3")
    saved = {
        kind: page.save(selector=f".buttons button:has-text('{kind}')")
        for kind in ("CSV", "XLSX", "PAGE-XML")
    }
    table = pd.read_csv(io.StringIO(saved["CSV"]["text"]), dtype=str)
    assert table["text"].tolist() == cells.sort_values(["row", "col"])["text"].tolist()
    workbook = openpyxl.load_workbook(io.BytesIO(base64.b64decode(saved["XLSX"]["bytes"])))
    assert [[cell.value for cell in row] for row in workbook.worksheets[0].iter_rows()] == grid
    tree = ElementTree.fromstring(saved["PAGE-XML"]["text"])
    name = "{http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15}"
    assert [one.text for one in tree.iter(f"{name}Unicode")] == cells.sort_values(["row", "col"])[
        "text"
    ].tolist()


def test_what_a_view_lists_is_taken_away_as_a_table(page, atlas, corpus):
    kin = CorpusStore.open(corpus).read("alignments").query("is_kin")
    page.visit(atlas)
    saved = page.save(selector=".tools button:has-text('CSV')")
    table = pd.read_csv(io.StringIO(saved["text"]))
    assert {frozenset(pair) for pair in zip(table["doc_a"], table["doc_b"], strict=True)} == {
        frozenset(pair) for pair in zip(kin["doc_a"], kin["doc_b"], strict=True)
    }
    assert sorted(table["same"]) == sorted(kin["same"])
    for address in (
        "#/pages",
        "#/pair/page0/page2",
        "#/apparatus/page0/page2/1",
        "#/family/0",
        "#/corpus/drivers",
    ):
        page.go(hash=address)
        saved = page.save(selector=".tools button:has-text('CSV')")
        assert len(pd.read_csv(io.StringIO(saved["text"]))) > 1, address


def test_a_frame_that_a_printer_makes_smaller_has_its_cells_where_they_are_on_the_screen(page, atlas):
    page.visit(atlas, "#/page/page0")
    page.wait(condition="document.querySelectorAll('.layer.cells rect').length > 30")
    screen, paper = page.run(
        script="""(() => { const viewer = document.querySelector('.viewer')
        const where = () => { const frame = viewer.getBoundingClientRect()
            const cell = document.querySelector('.layer.cells rect:nth-child(30)').getBoundingClientRect()
            return [(cell.x - frame.x) / frame.width, (cell.y - frame.y) / frame.height, frame.width] }
        const before = where()
        viewer.style.cssText += ';width: 300px; height: auto; min-height: 0; aspect-ratio: var(--seen)'
        return [before, where()] })()"""
    )
    assert paper[2] == 300 != screen[2] and np.allclose(paper[:2], screen[:2], atol=0.01)


def relevance(corpus, a, b, level):
    matches = CorpusStore.open(corpus).read("matches", [a, b])
    return matches[matches["level"] == level].sort_values("rank")


def test_the_relevance_of_a_pair_is_that_of_the_corpus(page, atlas, corpus):
    page.visit(atlas, "#/pair/page0/page2?from=1")
    matches = relevance(corpus, "page0", "page2", "cell")
    pair = CorpusStore.open(corpus).read("pairs", ["page0", "page2"]).iloc[0]
    told = page.run(
        script="""[...document.querySelectorAll('.connection')]
        .map((one) => [...one.children].map((part) => part.innerText))"""
    )
    told = [row for row in told if float(row[0]) > 0]
    assert np.allclose([float(row[0]) for row in told[: len(matches)]], matches["specific"], atol=1e-4)
    names = CorpusStore.open(corpus).read("regions", ["page0"]).set_index("region_id")
    first = names.loc[matches["region_a"].iloc[0]]
    assert f"row {first['row'] + 1:.0f}, column {first['col'] + 1:.0f}" in told[0][1]
    assert told[0][3].split()[1 : 1 + len(matches["features"].iloc[0])] == [*matches["features"].iloc[0]]
    page.go(hash="#/pair/page0/page2?from=1&beyond=0")
    shares = page.run(
        script="[...document.querySelectorAll('.connection .share')].map((one) => one.innerText)"
    )
    cells = [
        pool_factor(
            *(CorpusStore.open(corpus).read(table, [doc]) for table in ("factors", "regions")), "cell"
        )
        for doc in ("page0", "page2")
    ]
    strongest = np.sort(joint_relevance(*cells).to_numpy().ravel())[: -len(shares) - 1 : -1] / pair["dot"]
    assert np.allclose([float(one.removesuffix(" %")) for one in shares], 100 * strongest, atol=0.011)
    sums = page.text(".sums")
    assert f"cosine {pair['cosine']:.3f}" in sums and f"score {pair['dot']:.4g}" in sums.replace("e+", "e+")


def test_what_sets_two_pages_apart_is_the_map_of_the_specific_similarity(page, atlas, corpus):
    store, model = CorpusStore.open(corpus), load_specific_similarity()
    regions = store.read("regions", ["page0", "page2"])
    factors = store.read("factors", ["page0", "page2"]).astype({"feature": str})
    phi = store.read("features").set_index("doc_id")["phi"]
    mapped = []
    for doc in ("page0", "page2"):
        own = factors[factors["doc_id"] == doc].pivot(
            index="feature", columns="region_id", values="relevance"
        )
        cells = regions[(regions["doc_id"] == doc) & (regions["kind"] == "cell")].set_index("region_id")
        whole = own.reindex(index=list(FEATURES), columns=cells.index).fillna(0).astype(float)
        compared = model.factor(whole.to_numpy(), phi[doc].astype(float))
        mapped.append(pd.DataFrame(compared.T, cells.index).groupby(cells["row"]).sum().to_numpy())
    expected = (mapped[0] @ mapped[1].T).ravel()
    page.visit(atlas, "#/pair/page0/page2?level=row&beyond=1&from=1")
    told = page.run(script="[...document.querySelectorAll('.connection .share')].map((one) => one.innerText)")
    strongest = expected[np.argsort(-np.abs(expected), kind="stable")]
    assert np.allclose([float(one) for one in told], strongest[: len(told)], atol=1e-4) and len(told) > 5
    likeness = model.features(np.stack([phi["page0"], phi["page2"]]).astype(float))
    assert f"specific {likeness[0] @ likeness[1]:.3f}" in page.text(".sums")


def test_odds_are_told_as_the_command_line_tells_them(page, atlas, corpus):
    page.visit(atlas)
    told = 0
    for pair in CorpusStore.open(corpus).read("alignments").query("is_kin").itertuples():
        page.go(hash=f"#/pair/{pair.doc_a}/{pair.doc_b}")
        if abs(pair.log_odds_copied) >= math.log(2):
            assert f"The odds are {stated_odds(pair.log_odds_copied)} to 1" in page.text(".agreement")
            told += 1
        else:
            assert "odds" not in page.text(".agreement")
    assert told


def test_the_matrix_of_a_pair_is_gone_through_by_keys(page, atlas, corpus):
    matches = relevance(corpus, "page0", "page2", "row").set_index(["region_a", "region_b"])
    page.visit(atlas, "#/pair/page0/page2?level=row&beyond=0")
    page.run(script="document.querySelector('.matrix-frame canvas').focus()")
    page.press(key="ArrowDown")
    page.press(key="ArrowRight")
    told = page.text(".pointed-at")
    assert told.startswith("A, row 2") and "and B, row 2" in told
    regions = CorpusStore.open(corpus).read("regions", ["page0", "page2"]).query("kind == 'row' and row == 1")
    ids = tuple(regions.set_index("doc_id")["region_id"].loc[["page0", "page2"]])
    share = float(told.split(": ")[1].split(" %")[0])
    if ids in matches.index:
        assert share == pytest.approx(100 * matches.loc[ids, "share"], abs=0.0006)
    page.press(key="Enter")
    assert f"at={ids[0]}" in page.run(script="location.hash")


@pytest.mark.parametrize(
    ("kind", "told"),
    [("for", "with the other page, most with row"), ("against", "speaks against likeness (-")],
)
def test_pointing_at_a_cell_says_what_it_does_and_lights_up_its_partners(page, atlas, kind, told):
    page.visit(atlas, "#/pair/page0/page2")
    page.wait(condition="document.querySelectorAll('.bridge path').length > 0")
    spot = page.run(
        script=f"""(() => {{ const heat = document.querySelector('.viewer .layer.heat')
        const all = [...heat.querySelectorAll('rect.{kind}')]
        all.sort((one, other) => other.getAttribute('fill-opacity') - one.getAttribute('fill-opacity'))
        const box = all[0].getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] }})()"""
    )
    page.hover(x=spot[0], y=spot[1])
    page.wait(condition="document.querySelector('.pointed-at').innerText.startsWith('A, row')")
    assert told in page.text(".pointed-at")


def test_an_apparatus_is_gone_through_by_keys_and_its_marks_are_exported(page, atlas, corpus):
    cells = CorpusStore.open(corpus).read("collations", ["page0", "page2"]).query("relation == 'variant'")
    page.visit(atlas, "#/apparatus/page0/page2/1")
    assert page.count(".variants li") == len(cells)
    height = page.run(script="document.querySelector('.side .crop').getBoundingClientRect().height")
    assert height >= 240
    first = page.text(".sides")
    page.press(key="j")
    assert page.text(".sides") != first and page.run(script="location.hash").endswith("/2")
    page.press(key="k")
    assert page.text(".sides") == first
    page.press(key="m")
    page.press(key="Control+A")
    page.type(text="31 07")
    page.press(key="Enter")
    saved = page.save(selector=".apparatus > div > .buttons:not(.variant) button")
    (row,) = csv.DictReader(io.StringIO(saved["text"]))
    assert row["doc"] in ("page0", "page2") and row["reading"] == "31 07"
    best = cells.sort_values("confidence", ascending=False).iloc[0]
    side = "a" if row["doc"] == "page0" else "b"
    places = {(str(one[f"row_{side}"] + 1), str(one[f"col_{side}"] + 1)) for _, one in cells.iterrows()}
    assert (row["row"], row["column"]) in places and best["confidence"] > 0
    page.reload()
    assert "misreading" in page.text(".variants")


def test_values_are_found_where_they_stand(page, atlas, corpus):
    cells = CorpusStore.open(corpus).read("regions").query("kind == 'cell'")
    text = cells[cells["doc_id"] == "page1"]["text"].iloc[7]
    expected = cells[cells["text"] == text]
    page.visit(atlas)
    page.press(key="/")
    page.type(text=text)
    page.press(key="Enter")
    page.wait(condition="document.querySelector('main').dataset.shown.startsWith('#/search')")
    told = f"“{text}” stands in {len(expected)} cells of {expected['doc_id'].nunique()} pages."
    assert page.text("h1") == told
    first, second = (
        cells[(cells["doc_id"] == "page1") & (cells["row"] == 3)].sort_values("col")["text"].iloc[1:3]
    )
    page.go(hash=f"#/search?q={first}+{second}")
    assert "stands in" in page.text("h1")


def runs_of(cells, groups):
    """Find where numbers stand one after the other, along a row or down a column: document, region."""
    at = {(one.doc_id, one.row, one.col): one for one in cells.itertuples()}
    return {
        (doc, one.region_id)
        for (doc, row, col), one in at.items()
        for down, right in ((0, 1), (1, 0))
        if all(
            getattr(at.get((doc, row + down * k, col + right * k)), "text", None) == text
            for k, text in enumerate(groups)
        )
    }


def test_numbers_are_found_down_a_column(page, atlas, corpus):
    cells = CorpusStore.open(corpus).read("regions").query("kind == 'cell'")
    own = cells[cells["doc_id"] == "page3"].sort_values(["col", "row"])
    groups = own["text"].iloc[5:8].tolist()
    page.visit(atlas, f"#/search?q={'+'.join(groups)}")
    links = page.run(script="[...document.querySelectorAll('.found')].map((one) => one.getAttribute('href'))")
    found = {(link.split("/")[2].split("?")[0], int(link.split("cell=")[1])) for link in links}
    assert found == runs_of(cells, groups) and any(doc == "page3" for doc, _ in found)
    page.wait(condition="document.querySelector('.found .quiet')?.innerText.includes('column')")
    assert "down the column" in page.text()


def test_everything_is_reached_by_keyboard_alone(page, atlas):
    page.visit(atlas)
    seen = []
    for _ in range(6):
        page.press(key="Tab")
        seen.append(page.run(script="document.activeElement.innerText"))
    assert "Skip to the content" in seen and "Map" in seen
    page.press(key="Enter")
    page.press(key="?")
    assert page.count("dialog[open]") == 1
    page.press(key="Escape")
    assert page.count("dialog[open]") == 0
    page.go(hash="#/map")
    page.run(script="document.querySelector('canvas').focus()")
    page.press(key="+")
    page.press(key="ArrowLeft")
    page.press(key="Enter")
    page.wait(condition="document.querySelector('main').dataset.shown.startsWith('#/page/')")
    page.back()
    assert page.run(script="location.hash").startswith("#/map")


def test_text_is_never_small_and_the_page_fits_a_tablet(page, atlas):
    page.fresh(width=820, height=1180, scheme="dark")
    page.visit(atlas)
    for address in (
        "#/findings",
        "#/page/page0",
        "#/pair/page0/page2",
        "#/apparatus/page0/page2/1",
        "#/map",
        "#/corpus",
    ):
        page.go(hash=address)
        small = page.run(
            script="""[...document.querySelectorAll('body *')].filter((one) => [...one.childNodes].some((node) =>
            node.nodeType === 3 && node.data.trim()) && !one.closest('svg, noscript') &&
            parseFloat(getComputedStyle(one).fontSize) < 13).map((one) => one.outerHTML.slice(0, 80))"""
        )
        assert small == []
        assert page.run(script="document.documentElement.scrollWidth") <= 821, address
    assert page.axe() == []
    page.fresh()


@pytest.mark.parametrize(
    ("numbers", "broken", "told"),
    [
        ((0, 1), 1, "No two of these 3 pages are related"),
        ((0,), 0, "one page"),
        ((), 2, "None of the 2 scans of this corpus could be read."),
        ((), 0, "This corpus has no page."),
    ],
)
def test_a_corpus_that_lacks_something_says_so(page, tmp_path, numbers, broken, told):
    corpus = make_corpus(tmp_path, numbers, broken=broken) if numbers or broken else empty_corpus(tmp_path)
    atlas = write_atlas(AtlasRequest(corpus, tmp_path / "out", images="none", workers=1), print)
    page.visit(atlas.index.parent)
    assert told in page.text("h1")
    reasons = "is damaged or incomplete; download or scan it again"
    assert page.text().count(reasons) == broken
    if not numbers and broken:
        page.go(hash="#/page/zbroken1")
        assert reasons in page.text()
    for address in (
        "#/map",
        "#/pages",
        "#/families",
        "#/corpus/time",
        "#/corpus/parameters",
        "#/page/page0",
        "#/search?q=x+12",
    ):
        page.go(hash=address)
        assert page.text("h1")
    assert page.axe() == []
    assert page.complaints() == []


def test_one_file_holds_all_of_it(page, corpus, tmp_path):
    atlas = write_atlas(AtlasRequest(corpus, tmp_path / "out", workers=1, single_file=True), print)
    alone = tmp_path / "alone" / "atlas.html"
    alone.parent.mkdir()
    atlas.single_file.rename(alone)
    page.visit(alone, "#/page/page0")
    page.wait(condition="document.querySelector('.near img')?.naturalWidth > 0")
    assert page.count(".reading td button") == 80
    page.go(hash="#/pair/page0/page2")
    assert page.count(".connection") > 0
    assert page.complaints() == []


def test_an_entry_of_a_family_opens_the_place_in_all_witnesses(page, atlas):
    page.visit(atlas, "#/family/0")
    sigla = page.run(
        script="[...document.querySelectorAll('.witness-card .siglum')].map((one) => one.innerText)"
    )
    page.click(selector=".entry")
    page.wait(condition="document.querySelectorAll('.entries .open .crop').length > 1")
    shown = page.run(
        script="[...document.querySelectorAll('.entries .open a.siglum')].map((one) => one.innerText)"
    )
    assert shown == sigla


def test_a_cell_of_the_matrix_of_books_leads_to_their_pairs(page, atlas, corpus):
    page.visit(atlas, "#/corpus/books")
    told = page.run(script="document.querySelector('.matrix td a').getAttribute('aria-label')")
    link = page.run(script="document.querySelector('.matrix td a').getAttribute('href')")
    page.go(hash=link)
    store = CorpusStore.open(corpus)
    works = store.read("documents").set_index("doc_id")["work"]
    kin = store.read("alignments").query("is_kin")
    pairs = [{works[a], works[b]} for a, b in zip(kin["doc_a"], kin["doc_b"], strict=True)]
    asked = parse_qs(link.split("?")[1])
    wanted = {asked["work"][0], asked["other"][0]}
    assert page.count(".pair-row") == sum(one == wanted for one in pairs) > 0
    assert all(name[:20] in told for name in wanted)


def test_one_row_of_history_is_told_with_the_numbers_of_analyze(page, atlas):
    page.visit(atlas, "#/corpus/drivers")
    history = (atlas / "data/history.js").read_text("ascii")
    table = json.loads(history[history.index(",") + 1 : history.rindex(")")])["driver_parts"]["columns"]
    drivers = pd.DataFrame(table).query("by == 'corpus' and partners == 'all'").groupby("part")["share"].sum()
    for share in drivers:
        assert f"{100 * share:.1f} %" in page.text("main")
