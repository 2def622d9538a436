import xml.etree.ElementTree as ET

from tablekin.export.xml_tree import legal


def parses(letter):
    try:
        ET.fromstring(f"<t>{letter}</t>".encode("utf-8", "surrogatepass"))
    except ET.ParseError:
        return False
    return True


def test_what_xml_forbids_is_replaced_and_nothing_else():
    codes = [*range(0x2FF), *range(0xD7F0, 0xE010), *range(0xFFF0, 0x10010), 0x202E, 0x10FFFF]
    for letter in map(chr, codes):
        if letter not in "<&":
            assert legal(letter) == (letter if parses(letter) else "\ufffd")
