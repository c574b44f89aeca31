/**
 * What a scenario needs to know.
 * @typedef {Object} ScenarioContext
 * @property {string} baseUrl Root of the target, without a slash at the end.
 * @property {number} thinkSeconds Pause between two steps, in seconds.
 */

/**
 * The context of a run by hand: BASE_URL and THINK_SECONDS.
 * @returns {ScenarioContext}
 */
export function contextFromEnvironment() {
  return {
    baseUrl: (__ENV.BASE_URL || 'http://127.0.0.1:5090').replace(/\/$/, ''),
    thinkSeconds: Number(__ENV.THINK_SECONDS || '0.3'),
  };
}
