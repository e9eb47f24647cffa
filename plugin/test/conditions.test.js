'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { decided } = require('../lib/conditions');

const Conditions = {
  IsProd: { 'Fn::Equals': ['dev', 'prod'] },
  IsNotProd: { 'Fn::Not': [{ Condition: 'IsProd' }] },
  IsHere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
};

/** What becomes of a value in a resource without a condition. */
function valueOf(value) {
  return decided({ Conditions, Resources: { One: { value } } }).Resources.One.value;
}

test('a condition is decided when it compares what is known', () => {
  const cases = [
    [Conditions.IsProd, false],
    [Conditions.IsNotProd, true],
    [Conditions.IsHere, 'unknown'],
    [{ 'Fn::Equals': [1, '1'] }, true],
    [{ 'Fn::And': [{ Condition: 'IsProd' }, { Condition: 'IsHere' }] }, false],
    [{ 'Fn::And': [{ Condition: 'IsNotProd' }, { Condition: 'IsHere' }] }, 'unknown'],
    [{ 'Fn::Or': [{ Condition: 'IsNotProd' }, { Condition: 'IsHere' }] }, true],
    [{ 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'IsHere' }] }, 'unknown'],
    [undefined, 'unknown'],
  ];
  for (const [condition, expected] of cases) {
    const template = { Conditions: { ...Conditions, It: condition, IsNot: { 'Fn::Not': [{ Condition: 'It' }] } } };
    const left = decided({ ...template, Resources: { Is: { Condition: 'It' }, IsNot: { Condition: 'IsNot' } } });

    assert.deepEqual(
      Object.keys(left.Resources),
      { true: ['Is'], false: ['IsNot'], unknown: ['Is', 'IsNot'] }[expected],
      JSON.stringify(condition),
    );
  }
});

test('of what is not decided the first branch is taken that is a value', () => {
  const noValue = { Ref: 'AWS::NoValue' };

  assert.equal(valueOf({ 'Fn::If': ['IsProd', 1, 2] }), 2);
  assert.equal(valueOf({ 'Fn::If': ['IsHere', 1, 2] }), 1);
  assert.equal(valueOf({ 'Fn::If': ['IsHere', noValue, 2] }), 2);
  assert.deepEqual(valueOf([{ 'Fn::If': ['IsProd', 1, noValue] }, 2, null]), [2, null]);
  assert.deepEqual(valueOf({ a: { 'Fn::If': ['IsProd', 1, noValue] }, b: [] }), { b: [] });
});
