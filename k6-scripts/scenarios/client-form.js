import { check, group, sleep } from 'k6';
import { iterationNumber, syntheticEnquiry } from '../lib/data.js';
import { checkedRequest, jsonOrNull } from '../lib/request.js';

/**
 * A couple opens the enquiry form, fills it in and submits it.
 * @param {import('../lib/context.js').ScenarioContext} context
 */
export function clientForm(context) {
  group('form opening', () => {
    checkedRequest('GET', `${context.baseUrl}/api/forms/enquiry`, '/api/forms/{formId}', 200);
  });
  sleep(context.thinkSeconds);
  group('form submission', () => {
    const submitted = checkedRequest(
      'POST',
      `${context.baseUrl}/api/forms/enquiry/submissions`,
      '/api/forms/{formId}/submissions',
      201,
      syntheticEnquiry(iterationNumber()),
    );
    const receipt = jsonOrNull(submitted);
    check(receipt, { 'submission has an id': (r) => !!(r && r.id) });
  });
  sleep(context.thinkSeconds);
}
