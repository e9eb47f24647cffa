'use strict';

/** How large a zip is when Lambda has unpacked it: the sum over its central directory. */

const fs = require('node:fs');

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT_BYTES = 65535;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;

/** Bytes unzipped; 0 if there is no such file or it is not a zip, so that the answer is never too much. */
function unzippedBytes(file) {
  if (!file || !fs.existsSync(file)) return 0;
  const open = fs.openSync(file, 'r');
  try {
    return sumOf(directoryOf(open, fs.fstatSync(open).size));
  } finally {
    fs.closeSync(open);
  }
}

function directoryOf(open, fileBytes) {
  const tail = read(open, Math.max(0, fileBytes - END_BYTES - LONGEST_COMMENT_BYTES), fileBytes);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) === END_SIGNATURE) {
      const start = tail.readUInt32LE(at + 16);
      return read(open, start, start + tail.readUInt32LE(at + 12));
    }
  }
  return Buffer.alloc(0);
}

function sumOf(directory) {
  let sum = 0;
  let at = 0;
  while (at + ENTRY_BYTES <= directory.length && directory.readUInt32LE(at) === ENTRY_SIGNATURE) {
    sum += directory.readUInt32LE(at + 24);
    at +=
      ENTRY_BYTES + directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return sum;
}

function read(open, from, to) {
  const buffer = Buffer.alloc(Math.max(0, to - from));
  return buffer.subarray(0, fs.readSync(open, buffer, 0, buffer.length, from));
}

module.exports = { unzippedBytes };
