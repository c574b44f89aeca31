import { check, group, sleep } from 'k6';
import { iterationNumber, syntheticSupplier } from '../lib/data.js';
import { checkedRequest, jsonOrNull } from '../lib/request.js';

/**
 * A supplier logs in and opens the dashboard.
 * @param {import('../lib/context.js').ScenarioContext} context
 */
export function supplierDashboard(context) {
  const login = group('supplier log-in', () =>
    checkedRequest(
      'POST',
      `${context.baseUrl}/api/suppliers/login`,
      '/api/suppliers/login',
      200,
      syntheticSupplier(iterationNumber()),
    ),
  );
  const session = jsonOrNull(login);
  if (!check(session, { 'log-in gives a token': (s) => !!(s && s.token) })) {
    return;
  }
  sleep(context.thinkSeconds);
  group('supplier dashboard', () => {
    const dashboard = checkedRequest(
      'GET',
      `${context.baseUrl}/api/suppliers/dashboard`,
      '/api/suppliers/dashboard',
      200,
      undefined,
      { Authorization: `Bearer ${session.token}` },
    );
    const shown = jsonOrNull(dashboard);
    check(shown, { 'dashboard shows bookings': (d) => !!(d && Array.isArray(d.bookings)) });
  });
  sleep(context.thinkSeconds);
}
