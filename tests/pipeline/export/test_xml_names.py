from lxml import etree

from tablekin.export.xml_names import xml_names


def test_names_are_identifiers_and_no_two_are_the_same():
    doc_ids = ["1898-01", "_1898-01", "kepler_p012", "a b", "a_b", "a+b", "Änne.1", "-x", "ß"]
    names = xml_names(doc_ids)
    assert set(names) == set(doc_ids)
    assert len(set(names.values())) == len(doc_ids)
    for name in names.values():
        etree.QName(name)  # raises where it is no name
    assert names["kepler_p012"] == "kepler_p012"
    assert names["1898-01"] != names["_1898-01"] == "_1898-01"
    assert xml_names(reversed(doc_ids)) == names
