"""Guide: the text that an atlas carries with its data, so that another program can read them."""

GUIDE = """The data of an atlas of tablekin
=================================

Every file ending in .js is one shard: a call tablekin_shard("NAME", JSON). To read one with another program, take what
stands between the first comma and the last bracket as JSON. Text is escaped (ASCII alone). Documents are counted from
0 in the order of doc_id; that number is what all shards call a document by. "packed" is base 64 of zlib of
little-endian numbers (u1 u2 i1 i2 f4: unsigned, signed, floating, with their bytes). All boxes are x0 y0 x1 y1 in
pixels of the upright page: the scan at its full size, turned upright, of two facing pages only the page itself.

corpus.js          title, counts, sentences, words that are explained, names of the other shards, parameters
documents-NNN.js   columns of all documents: doc_id, source, about, words (of the metadata), heading (words that
                   were read above and beside the tables), work, place, year_from, year_to, function, cluster,
                   family (-1: none), x, y (on the map), is_table, failed (the reason)
pairs-NNN.js       columns of the pairs that collation found related; of two that are dated, a is the earlier
families.js        the families in short
family/NNNN.js     a family: witnesses with sigla, the places where they differ (document, region, text, which
                   reading; due: the reading that is computed, -1 unknown, -2 none of them), branches, steps, tree
values/NNNN.js     text of a cell -> document, region, document, region ...; corpus.js has the first text of each
doc/NNN/NNNNN.js   everything of one document:
  metadata         what the user and libraries said
  picture          where it is shown: file, tiles, or the image service of a library
  regions          id, kind (0 outside, 1 page_number, 2 header, 3 row, 4 column, 5 cell, 6 margin), table, row, col
                   (-1: none), box, confidence (thousandths), share (of what the region adds to the likeness with all
                   others, in 30000ths), text (digits), printed (by place in the list, where it is more than text)
  digits           digit, score (thousandths), other (the digit it may be instead), other_score, region, box
  factor           region, feature (0 to 109: "0" to "9", "00" to "99"), value times scale is the relevance; the joint
                   relevance of two regions of two documents is the sum over the features of the products
  phi              the 110 features, f4; the likeness of two documents is the sum of their products
  checks           cells that do not say what they should: region, due, residual, kind, what it most likely is
  parts            what its likeness to all others is made of: part, function, share
  neighbours       document, rank, cosine, z, likeness of the nearest
  alignments       document, whether related, verdict, strength, log odds, cells that agree, differ, are doubtful,
                   errors that both have, coverage
  collations       by the other document (of the pair, the one with the smaller number has them): region of a and of b
                   (-1: none), place (table, row, col of a, then of b), relation (0 same, 1 variant, 2 only a, 3 only
                   b, 4 not compared), confidence (thousandths), error_in (0 unknown, 1 none, 2 a, 3 b, 4 both),
                   texts (of cells that differ or err: place in the list, text of a, text of b, computed)
"""
