'use strict';

/** Zips as Lambda sees them: how large one is when it is unpacked, and unpacking one. */

const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT_BYTES = 65535;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const HEADER_BYTES = 30;
const STORED = 0;

/** Bytes unzipped; 0 if there is no such file or it is not a zip, so that the answer is never too much. */
function unzippedBytes(file) {
  if (!file || !fs.existsSync(file)) return 0;
  const open = fs.openSync(file, 'r');
  try {
    return entriesOf(directoryOf(open)).reduce((sum, { bytes }) => sum + bytes, 0);
  } finally {
    fs.closeSync(open);
  }
}

/** Unpack every file of a zip below a folder. */
function unpack(file, folder) {
  const open = fs.openSync(file, 'r');
  try {
    for (const entry of entriesOf(directoryOf(open)).filter(({ name }) => !name.endsWith('/'))) {
      const target = path.join(folder, entry.name);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, contentOf(open, entry));
    }
  } finally {
    fs.closeSync(open);
  }
}

/** The central directory: what the end record, found from behind, points to. */
function directoryOf(open) {
  const fileBytes = fs.fstatSync(open).size;
  const tail = read(open, Math.max(0, fileBytes - END_BYTES - LONGEST_COMMENT_BYTES), fileBytes);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) === END_SIGNATURE) {
      const start = tail.readUInt32LE(at + 16);
      return read(open, start, start + tail.readUInt32LE(at + 12));
    }
  }
  return Buffer.alloc(0);
}

function entriesOf(directory) {
  const entries = [];
  let at = 0;
  while (at + ENTRY_BYTES <= directory.length && directory.readUInt32LE(at) === ENTRY_SIGNATURE) {
    const nameBytes = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += ENTRY_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

function contentOf(open, { offset, method, packedBytes }) {
  const header = read(open, offset, offset + HEADER_BYTES);
  const start = offset + HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = read(open, start, start + packedBytes);
  return method === STORED ? packed : zlib.inflateRawSync(packed);
}

function read(open, from, to) {
  const buffer = Buffer.alloc(Math.max(0, to - from));
  return buffer.subarray(0, fs.readSync(open, buffer, 0, buffer.length, from));
}

module.exports = { unpack, unzippedBytes };
