import http from 'k6/http';
import { check, group, sleep } from 'k6';
import { iterationNumber } from '../lib/data.js';
import { checkedRequest, jsonOrNull } from '../lib/request.js';
import { followWithinTargets } from '../lib/targets.js';

/**
 * A guest looks through the galleries: the list, one gallery, its thumbnails at once, one photo in full.
 * @param {import('../lib/context.js').ScenarioContext} context
 */
export function photoGallery(context) {
  const galleries = group('gallery list', () =>
    jsonOrNull(checkedRequest('GET', `${context.baseUrl}/api/galleries?page=1`, '/api/galleries', 200)),
  );
  const found = (galleries && galleries.items) || [];
  if (!check(found, { 'there are galleries': (items) => items.length > 0 })) {
    return;
  }
  sleep(context.thinkSeconds);
  group('gallery', () => {
    const chosen = found[iterationNumber() % found.length];
    const gallery = jsonOrNull(
      checkedRequest('GET', `${context.baseUrl}/api/galleries/${chosen.id}`, '/api/galleries/{id}', 200),
    );
    const photos = ((gallery && gallery.photos) || []).slice(0, 4);
    check(photos, { 'gallery has photos': (items) => items.length > 0 });
    const wanted = photos.map((/** @type {any} */ photo) => ({
      method: 'GET',
      url: `${context.baseUrl}/images/${photo.id}.jpg?size=thumb`,
      params: { tags: { name: '/images/{id}.jpg thumb' }, responseType: /** @type {'none'} */ ('none') },
    }));
    const thumbnails = http.batch(wanted);
    for (let i = 0; i < wanted.length; i++) {
      const thumbnail = followWithinTargets(thumbnails[i], 'GET', wanted[i].url, null, wanted[i].params);
      check(thumbnail, { 'thumbnail is 200': (r) => r.status === 200 });
    }
    sleep(context.thinkSeconds);
    if (photos.length > 0) {
      const url = `${context.baseUrl}/images/${photos[0].id}.jpg?size=full`;
      const params = { tags: { name: '/images/{id}.jpg full' }, responseType: /** @type {'none'} */ ('none') };
      const full = followWithinTargets(http.get(url, params), 'GET', url, null, params);
      check(full, { 'photo is 200': (r) => r.status === 200 });
    }
  });
  sleep(context.thinkSeconds);
}
