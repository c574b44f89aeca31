import { contextFromEnvironment } from './lib/context.js';
import { realtimeUpdates } from './scenarios/realtime-updates.js';

export const options = { vus: Number(__ENV.VUS || '2'), duration: __ENV.DURATION || '10s' };

export default function () {
  realtimeUpdates(contextFromEnvironment());
}
