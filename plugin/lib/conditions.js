'use strict';

/**
 * A compiled template as it will be deployed, as far as that is known while packaging (pure).
 *
 * The framework has written the stage into the conditions, so most of them compare two texts. Where only CloudFormation
 * knows, the resource stands, and of `Fn::If` the first branch that is a value.
 */

const NO_VALUE = 'AWS::NoValue';

/** A copy without the resources whose condition is false, and with every `Fn::If` decided. */
function decided(template) {
  const verdict = (name) => verdictOf(template.Conditions?.[name], template);
  const resources = Object.entries(template.Resources ?? {}).filter(
    ([, { Condition }]) => Condition === undefined || verdict(Condition) !== false,
  );
  return { ...template, Resources: valueOf(Object.fromEntries(resources), verdict) };
}

/** true, false, or undefined where only CloudFormation knows. */
function verdictOf(condition, template) {
  const inner = (value) => verdictOf(value, template);
  const [operator, operand] = Object.entries(condition ?? {})[0] ?? [];
  if (operator === 'Condition') return inner(template.Conditions?.[operand]);
  if (operator === 'Fn::Equals') return operand.every(isScalar) ? String(operand[0]) === String(operand[1]) : undefined;
  if (operator === 'Fn::Not') return negated(inner(operand[0]));
  if (operator === 'Fn::And') return all(operand.map(inner));
  if (operator === 'Fn::Or') return negated(all(operand.map((each) => negated(inner(each)))));
  return undefined;
}

function isScalar(value) {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function negated(verdict) {
  return verdict === undefined ? undefined : !verdict;
}

function all(verdicts) {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}

/** The value with every `Fn::If` in it decided; undefined for no value, which lists and objects leave out. */
function valueOf(value, verdict) {
  if (Array.isArray(value)) return value.map((each) => valueOf(each, verdict)).filter((each) => each !== undefined);
  if (value === null || typeof value !== 'object') return value;
  if (value.Ref === NO_VALUE) return undefined;
  if (value['Fn::If']) return branchOf(value['Fn::If'], verdict);
  const members = Object.entries(value).map(([name, each]) => [name, valueOf(each, verdict)]);
  return Object.fromEntries(members.filter(([, each]) => each !== undefined));
}

function branchOf([name, whenTrue, whenFalse], verdict) {
  const isTrue = verdict(name);
  if (isTrue !== undefined) return valueOf(isTrue ? whenTrue : whenFalse, verdict);
  return valueOf(whenTrue, verdict) ?? valueOf(whenFalse, verdict);
}

module.exports = { decided };
