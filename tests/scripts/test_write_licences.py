from email.message import Message

import pytest
from write_licences import PAGE, licence_of, page, pins


def test_the_page_is_that_of_the_lock_file_and_of_what_is_installed():
    assert PAGE.read_text("utf-8") == page(), "start: python scripts/write_licences.py"


def test_every_pinned_package_has_a_licence():
    text = PAGE.read_text("utf-8")
    for _, name, version in pins():
        (line,) = [line for line in text.splitlines() if line.startswith(f"| {name} | {version} |")]
        assert line.split("|")[3].strip()


@pytest.mark.parametrize(
    ("headers", "licence"),
    [
        ([("License-Expression", "MIT"), ("License", "old")], "MIT"),
        ([("Classifier", "License :: OSI Approved :: BSD License"), ("License", "BSD 3 ...")], "BSD License"),
        ([("License", "ISC\n\nPermission to use")], "ISC"),
        ([("License", "Copyright " * 20)], "see its own files"),
        ([], "see its own files"),
    ],
)
def test_a_licence_is_found_wherever_a_package_says_it(headers, licence):
    about = Message()
    for key, value in headers:
        about[key] = value
    assert licence_of(about) == licence
