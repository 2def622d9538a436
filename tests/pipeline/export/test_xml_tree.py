from lxml import etree

from tablekin.export.xml_tree import legal, make, write_xml


def test_what_xml_forbids_is_replaced_and_the_file_can_be_read(tmp_path):
    bad = 'a\x00b\x0bc\ud800d\ufffee<&>"\tü\U0001d7d8'
    root = make("x", {"name": bad, "left_out": None, "is": True}, make("y", text=bad), None)
    write_xml(tmp_path / "deep" / "file.xml", root)
    read = etree.parse(str(tmp_path / "deep" / "file.xml")).getroot()
    wanted = 'a\ufffdb\ufffdc\ufffdd\ufffde<&>"\tü\U0001d7d8'
    assert (read.get("name"), read.get("is"), read[0].text) == (wanted, "true", wanted)
    assert "left_out" not in read.attrib
    assert legal("plain") == "plain"


def test_no_white_space_is_put_where_text_and_elements_are_mixed(tmp_path):
    cell = make("cell", None, make("b", text="1"), make("b", text="2"))
    root = make("row", None, cell, make("other", None, make("b", text="3")))
    write_xml(tmp_path / "file.xml", root, {"cell"})
    assert (tmp_path / "file.xml").read_text() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<row>\n <cell><b>1</b><b>2</b></cell>\n <other>\n  <b>3</b>\n </other>\n</row>\n"
    )
