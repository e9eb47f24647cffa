'use strict';

/** A queue that shows a message again while the function may still be at work on it (pure). */

const { idOf, nameOf, resourcesOf } = require('../template');

const FACTOR = 6; // AWS's advice for a queue that a function is polled from
const DEFAULT_VISIBILITY_S = 30;
const DEFAULT_TIMEOUT_S = 3;

function visibility(template) {
  return resourcesOf(template, 'AWS::Lambda::EventSourceMapping').flatMap(([, mapping]) => {
    const queueId = idOf(template, mapping.EventSourceArn);
    const functionId = idOf(template, mapping.FunctionName);
    if (template.Resources[queueId]?.Type !== 'AWS::SQS::Queue' || !template.Resources[functionId]) return [];
    const visibilityS = template.Resources[queueId].Properties?.VisibilityTimeout ?? DEFAULT_VISIBILITY_S;
    const timeoutS = template.Resources[functionId].Properties.Timeout ?? DEFAULT_TIMEOUT_S;
    if (!(Number(visibilityS) < FACTOR * Number(timeoutS))) return [];
    const queue = nameOf(template, queueId);
    const text =
      `queue ${queue} shows a message again after ${visibilityS} s, and ${nameOf(template, functionId)} may take ${timeoutS} s; ` +
      `expected ${FACTOR * timeoutS} s or more, or one message is handled twice; set VisibilityTimeout`;
    return [{ code: 'visibility', text }];
  });
}

module.exports = visibility;
