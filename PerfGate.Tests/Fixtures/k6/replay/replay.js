import http from 'k6/http';
import { check, group, sleep } from 'k6';
import { Trend, Counter, Rate, Gauge } from 'k6/metrics';

const basket = new Trend('basket_time', true);
const items = new Trend('basket_items');
const sent = new Counter('forms_sent');
const bytes = new Counter('photo_bytes');
const good = new Rate('good_forms');
const depth = new Gauge('queue_depth');
new Counter('never_counted');
new Trend('never_timed', true);
new Rate('never_rated');
new Gauge('never_gauged');
new Trend('untouched');

export const options = {
  scenarios: {
    browse: { executor: 'constant-vus', vus: 2, duration: '1s', exec: 'browse', tags: { kind: 'read & write', flow: 'a=b' } },
    submit: { executor: 'per-vu-iterations', vus: 1, iterations: 12, exec: 'submit', env: { FORM: 'rsvp' } },
  },
  thresholds: {
    http_req_duration: ['avg<1500', 'p(95) < 3000', 'p(99.9)<0.0001'],
    'http_req_duration{expected_response:true}': ['max<5000'],
    'http_req_duration{scenario:submit}': ['p(99)<2000', 'med<=1000'],
    'http_req_duration{group:::gallery}': ['min>=0'],
    'http_req_duration{scenario:nobody}': ['avg<1'],
    'http_req_duration{scenario:nowhere}': ['avg>1'],
    http_req_failed: ['rate<0.01'],
    http_reqs: ['rate>1', 'count>100000'],
    checks: ['rate>0.99'],
    'checks{group:::forms::rsvp}': ['rate>0.1'],
    never_counted: ['count<1', 'rate>5'],
    never_timed: ['p(95)<10', 'avg>5'],
    never_rated: ['rate>0.5'],
    never_gauged: ['value>1'],
    queue_depth: ['value<100'],
    iterations: ['count>=1'],
    dropped_iterations: ['count==0'],
  },
  summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)', 'count'],
};

const base = __ENV.BASE;

export function setup() {
  check(http.get(`${base}/setup`), { 'set up': (r) => r.status === 200 });
  return { token: 'synthetic', list: [1, 2] };
}

export function browse() {
  group('gallery', () => {
    const page = http.get(`${base}/gallery?page=1`, { tags: { name: 'GET "/gallery", page' } });
    check(page, { 'gallery 200': (r) => r.status === 200, 'few items': () => __ITER % 3 === 0 });
    bytes.add(page.body.length);
    group('photo', () => {
      http.get(`${base}/photo`, { tags: { name: 'GET /photo', size: 'large' } });
    });
  });
  check(__ITER, { 'gallery 200': () => true }, { where: 'root' });
  sleep(0.05);
}

export function submit() {
  group('forms', () => {
    group(__ENV.FORM, () => {
      const form = http.post(`${base}/forms`, '{}', { tags: { name: 'POST /forms' } });
      good.add(check(form, { 'form ok': (r) => r.status === 200 && __ITER !== 5 }));
      sent.add(1);
      items.add(__ITER * 1.5);
      depth.add(__ITER % 7);
      basket.add(form.timings.duration + __ITER * 100);
    });
  });
  if (__ITER === 3) {
    http.get(`${base}/missing`, { tags: { name: 'missing' } });
    http.get('http://127.0.0.1:1/refused', { tags: { name: 'refused' } });
  }
}

export function teardown(data) {
  group('tidy up', () => {
    check(data, { 'token is there': (d) => d.token === 'synthetic' });
  });
}

// Without a result k6 prints its own text: one run gives the data, the text, the export and the samples.
export function handleSummary(data) {
  console.log(JSON.stringify(data));
}
