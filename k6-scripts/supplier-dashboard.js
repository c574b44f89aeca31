import { contextFromEnvironment } from './lib/context.js';
import { supplierDashboard } from './scenarios/supplier-dashboard.js';

export const options = { vus: Number(__ENV.VUS || '2'), duration: __ENV.DURATION || '10s' };

export default function () {
  supplierDashboard(contextFromEnvironment());
}
