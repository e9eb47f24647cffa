'use strict';

/**
 * The state machine's definition for CloudFormation, which takes letters and digits only as the name of a mark:
 * `${bus.orders.name}` in order_flow.asl.json becomes `${BusOrdersName}`.
 */

const fs = require('node:fs');
const path = require('node:path');

module.exports = () => {
  const definition = fs.readFileSync(path.join(__dirname, 'order_flow.asl.json'), 'utf8');
  const named = (mark) => mark.replace(/(?:^|[.-])([a-z])/g, (_, letter) => letter.toUpperCase());
  return definition.replace(/\$\{([a-z.-]+)\}/g, (_, mark) => `\${${named(mark)}}`);
};
