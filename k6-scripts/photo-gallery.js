import { contextFromEnvironment } from './lib/context.js';
import { photoGallery } from './scenarios/photo-gallery.js';

export const options = { vus: Number(__ENV.VUS || '2'), duration: __ENV.DURATION || '10s' };

export default function () {
  photoGallery(contextFromEnvironment());
}
