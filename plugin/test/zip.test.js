'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const zlib = require('node:zlib');
const { unpack, unzippedBytes } = require('../lib/zip');

/** A zip of files of the given sizes, as a tool would write it; only what its directory says is of interest. */
function aZip(sizes, comment = '') {
  const entries = sizes.map((bytes, index) => {
    const packed = zlib.deflateRawSync(Buffer.alloc(bytes));
    const name = Buffer.from(`file-${index}`);
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt32LE(packed.length, 20);
    header.writeUInt32LE(bytes, 24);
    header.writeUInt16LE(name.length, 28);
    return { packed, record: Buffer.concat([header, name]) };
  });
  const body = Buffer.concat(entries.map(({ packed }) => packed));
  const directory = Buffer.concat(entries.map(({ record }) => record));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(body.length, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([body, directory, end, Buffer.from(comment)]);
}

function written(bytes) {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'zip-')), 'a.zip');
  fs.writeFileSync(file, bytes);
  return file;
}

test('the sum of what is inside, with and without a comment at the end', () => {
  assert.equal(unzippedBytes(written(aZip([10, 2_000_000, 0]))), 2_000_010);
  assert.equal(unzippedBytes(written(aZip([7], 'made by a tool'))), 7);
  assert.equal(unzippedBytes(written(aZip([]))), 0);
});

test('nothing is known of what is not there or not a zip', () => {
  assert.equal(unzippedBytes(undefined), 0);
  assert.equal(unzippedBytes('/nowhere/at.zip'), 0);
  assert.equal(unzippedBytes(written(Buffer.from('hello'))), 0);
});

test('what is unpacked is what a tool packed, deflated or stored', () => {
  const header = (name, method, packed, content) => {
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const entry = Buffer.alloc(46 + name.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.write(name, 46);
    return { local: Buffer.concat([local, packed]), entry };
  };
  const content = Buffer.from('hello '.repeat(1000));
  const one = header('a/deflated.txt', 8, zlib.deflateRawSync(content), content);
  const two = header('stored.txt', 0, content, content);
  two.entry.writeUInt32LE(one.local.length, 42);
  const directory = Buffer.concat([one.entry, two.entry]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(one.local.length + two.local.length, 16);
  const file = written(Buffer.concat([one.local, two.local, directory, end]));
  unpack(file, path.dirname(file));

  assert.deepEqual(fs.readFileSync(path.join(path.dirname(file), 'a/deflated.txt')), content);
  assert.deepEqual(fs.readFileSync(path.join(path.dirname(file), 'stored.txt')), content);
});
