import http from 'k6/http';
import { check, group, sleep } from 'k6';
import { followWithinTargets } from './targets.js';

/**
 * One request of a custom scenario. Text may hold {{name}} for a value captured before.
 * @typedef {object} Step
 * @property {string} endpoint k6's `name` tag
 * @property {string} label what checks are named after
 * @property {string} method
 * @property {string} path
 * @property {[string, string][]} headers
 * @property {string | null} body
 * @property {boolean} jsonBody whether values are put into the body as content of JSON strings
 * @property {number[] | null} expectedStatuses statuses that are no failure; null for k6's own 200 to 399
 * @property {{ name: string, kind: string, value: any }[]} checks
 * @property {[string, (string | number)[]][]} capture name, and keys from the root of the JSON answer
 * @property {number} thinkSeconds
 */

/**
 * Carries out the steps of a custom scenario, in order. Where a value cannot be captured, a check fails and the iteration
 * ends: what follows would ask for something else.
 * @param {string} baseUrl without a slash at the end
 * @param {{ name: string, steps: Step[] }} scenario
 */
export function runSteps(baseUrl, scenario) {
  group(scenario.name, () => {
    const captured = new Map([
      ['__VU', String(__VU)],
      ['__ITER', String(__ITER)],
    ]);
    for (const step of scenario.steps) {
      const answer = sendStep(baseUrl, step, captured);
      const parsed = stepNeedsJson(step) ? parseStepBody(answer.body) : undefined;
      for (const condition of step.checks) {
        check(answer, { [condition.name]: () => stepConditionHolds(condition, answer, parsed) });
      }
      const complete = captureStepValues(step, parsed, captured);
      sleep(step.thinkSeconds);
      if (!complete) {
        return;
      }
    }
  });
}

/**
 * @param {string} baseUrl
 * @param {Step} step
 * @param {Map<string, string>} captured
 */
function sendStep(baseUrl, step, captured) {
  /** @type {Record<string, string>} */
  const headers = Object.create(null);
  for (const [name, value] of step.headers) {
    headers[name] = fillStepText(value, captured, (text) => text.replace(/[\r\n]/g, ' '));
  }
  /** @type {any} */
  const params = { headers, tags: { name: step.endpoint } };
  if (step.expectedStatuses !== null) {
    params.responseCallback = http.expectedStatuses(...step.expectedStatuses);
  }
  const url = baseUrl + fillStepText(step.path, captured, encodeURIComponent);
  const body =
    step.body === null
      ? null
      : fillStepText(step.body, captured, (text) => (step.jsonBody ? JSON.stringify(text).slice(1, -1) : text));
  return followWithinTargets(http.request(step.method, url, body, params), step.method, url, body, params);
}

/**
 * Braces around a name that was not captured stay as they are. {{secret:NAME}} is a variable of the environment.
 * @param {string} text
 * @param {Map<string, string>} captured
 * @param {(text: string) => string} encode
 */
function fillStepText(text, captured, encode) {
  return text.replace(/\{\{(secret:)?([A-Za-z_][A-Za-z0-9_]*)\}\}/g, (whole, secret, name) => {
    const value = secret ? __ENV[`PERFGATE_SECRET_${name}`] : captured.get(name);
    return value === undefined ? whole : encode(value);
  });
}

/** @param {Step} step */
function stepNeedsJson(step) {
  return step.capture.length > 0 || step.checks.some((condition) => condition.kind === 'jsonPath');
}

/** @param {any} body */
function parseStepBody(body) {
  try {
    return JSON.parse(body);
  } catch (_) {
    return undefined;
  }
}

/**
 * @param {{ kind: string, value: any }} condition
 * @param {any} answer
 * @param {any} parsed
 */
function stepConditionHolds(condition, answer, parsed) {
  switch (condition.kind) {
    case 'status':
      return answer.status === condition.value;
    case 'bodyContains':
      return typeof answer.body === 'string' && answer.body.includes(condition.value);
    case 'jsonPath':
      return valueAtStepPath(parsed, condition.value) !== undefined;
    default:
      // An unanswered request lasts 0 ms in k6: that is not fast.
      return answer.status > 0 && answer.timings.duration <= condition.value;
  }
}

/**
 * @param {any} value
 * @param {(string | number)[]} keys
 */
function valueAtStepPath(value, keys) {
  let current = value;
  for (const key of keys) {
    // Own members only: nothing of JavaScript's own objects is part of an answer.
    if (current === null || typeof current !== 'object' || !Object.prototype.hasOwnProperty.call(current, key)) {
      return undefined;
    }
    current = current[key];
  }
  return current;
}

/**
 * @param {Step} step
 * @param {any} parsed
 * @param {Map<string, string>} captured
 */
function captureStepValues(step, parsed, captured) {
  let complete = true;
  for (const [name, keys] of step.capture) {
    const value = valueAtStepPath(parsed, keys);
    const found = value !== undefined && value !== null;
    check(null, { [`${step.label}: captured ${name}`]: () => found });
    if (found) {
      captured.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
    }
    complete = complete && found;
  }
  return complete;
}
