import http from 'k6/http';

/**
 * Follows redirects where the load engine does not: PERFGATE_TARGETS names the hosts that a load may go to, `;` between them
 * (`shop.example;*.shop.example:8443`), and the engine is told to follow none. Without it the engine follows by itself, and
 * an answer is returned as it is. A redirect that leads elsewhere is the answer.
 * @param {any} answer
 * @param {string} method
 * @param {string} url that the answer is to
 * @param {any} body
 * @param {any} params of the request
 */
export function followWithinTargets(answer, method, url, body, params) {
  if (!__ENV.PERFGATE_TARGETS) {
    return answer;
  }
  for (let hop = 0; hop < 10; hop++) {
    const next = redirectionOf(answer, url);
    if (next === null || !isTarget(next)) {
      return answer;
    }
    // As browsers, k6 and Go do: only 307 and 308 repeat what was sent.
    if (answer.status !== 307 && answer.status !== 308) {
      method = method === 'HEAD' ? 'HEAD' : 'GET';
      body = null;
    }
    const headers = Object.assign({}, params.headers);
    for (const name of Object.keys(headers)) {
      const elsewhere = originOf(next) !== originOf(url) && /^(authorization|cookie)$/i.test(name);
      if (elsewhere || (body === null && /^content-type$/i.test(name))) {
        delete headers[name];
      }
    }
    url = next;
    answer = http.request(method, url, body, Object.assign({}, params, { headers }));
  }
  return answer;
}

/**
 * Where an answer redirects to, absolute; null where it does not.
 * @param {any} answer
 * @param {string} url
 * @returns {string | null}
 */
function redirectionOf(answer, url) {
  const location = answer.headers && answer.headers.Location;
  if (!location || [301, 302, 303, 307, 308].indexOf(answer.status) < 0) {
    return null;
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) {
    return location;
  }
  if (location.startsWith('//')) {
    return url.split('//')[0] + location;
  }
  if (location.startsWith('?')) {
    return url.replace(/[?#].*$/, '') + location;
  }
  return location.startsWith('/')
    ? originOf(url) + location
    : url.replace(/[?#].*$/, '').replace(/[^/]*$/, '') + location;
}

/** @param {string} url */
function originOf(url) {
  const origin = /^https?:\/\/[^/?#]*/i.exec(url);
  return origin === null ? '' : origin[0];
}

/** @param {string} url */
function isTarget(url) {
  const parts = /^(https?):\/\/([^/?#\\@]+?)\.?(?::(\d+))?(?:[/?#]|$)/i.exec(url);
  if (parts === null) {
    return false;
  }
  const host = parts[2].toLowerCase();
  const port = parts[3] || (parts[1].toLowerCase() === 'https' ? '443' : '80');
  return __ENV.PERFGATE_TARGETS.split(';').some((rule) => {
    const wanted = /^(.+?)(?::(\d+))?$/.exec(rule);
    if (wanted === null || (wanted[2] && wanted[2] !== port)) {
      return false;
    }
    return wanted[1].startsWith('*.') ? host.endsWith(wanted[1].slice(1)) : host === wanted[1];
  });
}
