-- Records that came in bulk: lines of neighbouring slots, compressed together; see store/blocks.py. Blocks never overlap.
-- A slot that is here may have a row of its own as well: the lines that came later.
CREATE TABLE block (
    id    INTEGER PRIMARY KEY,     -- the first slot
    last  INTEGER NOT NULL,        -- the last one
    slots BLOB NOT NULL,           -- all of them: 64 bits each, big-endian, ascending
    lines BLOB NOT NULL            -- zstd: the lines of each slot as in `slot`, a NUL between slots
) STRICT;
