'use strict';

/** An event source filter on a queue: Lambda deletes the messages that match none of its patterns (pure). */

const { idOf, nameOf, resourcesOf } = require('../template');

function filters(template) {
  return resourcesOf(template, 'AWS::Lambda::EventSourceMapping').flatMap(([, mapping]) => {
    const queueId = idOf(template, mapping.EventSourceArn);
    if (!mapping.FilterCriteria?.Filters?.length || template.Resources[queueId]?.Type !== 'AWS::SQS::Queue') return [];
    const consumer = idOf(template, mapping.FunctionName);
    const text =
      `messages of queue ${nameOf(template, queueId)} that match no filter of ${nameOf(template, consumer)} are deleted, ` +
      'not left for another consumer and not sent to the DLQ; filter at the subscription or the rule instead';
    return [{ code: 'filter-deletes', text }];
  });
}

module.exports = filters;
