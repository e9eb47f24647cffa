'use strict';

/** The runtimes that the layer is tested in. */
const RUNTIMES = ['python3.10', 'python3.11', 'python3.12', 'python3.13', 'python3.14'];

module.exports = { RUNTIMES };
