import exec from 'k6/execution';

/**
 * A number that differs from iteration to iteration and is the same in every run: the data of a run is synthetic and
 * repeatable, and no two VUs use the same at once.
 * @returns {number}
 */
export function iterationNumber() {
  return exec.scenario.iterationInTest;
}

/**
 * A synthetic supplier's account, one of 1,000; the domain is reserved (RFC 2606).
 * @param {number} number
 */
export function syntheticSupplier(number) {
  return {
    email: `supplier-${(number % 1000) + 1}@suppliers.example.com`,
    password: 'synthetic-password',
  };
}

/**
 * A synthetic couple's answers to the enquiry form.
 * @param {number} number
 */
export function syntheticEnquiry(number) {
  const month = String((number % 12) + 1).padStart(2, '0');
  const day = String((number % 28) + 1).padStart(2, '0');
  return {
    firstName: `Client${number % 10000}`,
    lastName: `Synthetic${number % 997}`,
    email: `client-${number % 10000}@clients.example.com`,
    weddingDate: `2030-${month}-${day}`,
    guests: (number % 200) + 20,
    message: 'Synthetic enquiry of a load test.',
  };
}
