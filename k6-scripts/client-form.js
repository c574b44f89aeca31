import { contextFromEnvironment } from './lib/context.js';
import { clientForm } from './scenarios/client-form.js';

export const options = { vus: Number(__ENV.VUS || '2'), duration: __ENV.DURATION || '10s' };

export default function () {
  clientForm(contextFromEnvironment());
}
