import http from 'k6/http';
import { check } from 'k6';
import { followWithinTargets } from './targets.js';

/**
 * Sends one request under an endpoint name that does not grow with ids, and checks its status.
 * @param {string} method
 * @param {string} url
 * @param {string} endpoint Name in the results, without the method: `/api/galleries/{id}`.
 * @param {number} status Expected status.
 * @param {any} [body] Sent as JSON where given.
 * @param {Record<string, string>} [headers]
 */
export function checkedRequest(method, url, endpoint, status, body, headers) {
  const sent = body === undefined ? null : JSON.stringify(body);
  const params = {
    headers: body === undefined ? headers || {} : Object.assign({ 'Content-Type': 'application/json' }, headers),
    tags: { name: endpoint },
  };
  const response = followWithinTargets(http.request(method, url, sent, params), method, url, sent, params);
  check(response, { [`${method} ${endpoint} is ${status}`]: (r) => r.status === status });
  return response;
}

/**
 * The JSON body of a response, or null where there is none: a failed answer must fail its check, not throw.
 * @param {any} response
 * @returns {any}
 */
export function jsonOrNull(response) {
  try {
    return response.body ? response.json() : null;
  } catch (e) {
    return null;
  }
}
