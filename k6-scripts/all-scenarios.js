import { contextFromEnvironment } from './lib/context.js';
import { clientForm } from './scenarios/client-form.js';
import { photoGallery } from './scenarios/photo-gallery.js';
import { realtimeUpdates } from './scenarios/realtime-updates.js';
import { supplierDashboard } from './scenarios/supplier-dashboard.js';

const duration = __ENV.DURATION || '10s';
const vus = Number(__ENV.VUS || '1');

/** @type {import('k6/options').Options} */
export const options = {
  scenarios: {
    supplierDashboard: { executor: 'constant-vus', exec: 'runSupplierDashboard', vus, duration },
    clientForm: { executor: 'constant-vus', exec: 'runClientForm', vus, duration },
    photoGallery: { executor: 'constant-vus', exec: 'runPhotoGallery', vus, duration },
    realtimeUpdates: { executor: 'constant-vus', exec: 'runRealtimeUpdates', vus, duration },
  },
};

export function runSupplierDashboard() {
  supplierDashboard(contextFromEnvironment());
}

export function runClientForm() {
  clientForm(contextFromEnvironment());
}

export function runPhotoGallery() {
  photoGallery(contextFromEnvironment());
}

export function runRealtimeUpdates() {
  realtimeUpdates(contextFromEnvironment());
}
