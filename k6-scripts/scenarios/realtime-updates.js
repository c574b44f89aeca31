import ws from 'k6/ws';
import { check, group, sleep } from 'k6';
import { checkedRequest, jsonOrNull } from '../lib/request.js';

/**
 * A supplier keeps the notifications open: a WebSocket that is answered, a poll, a short event stream.
 * @param {import('../lib/context.js').ScenarioContext} context
 */
export function realtimeUpdates(context) {
  group('live notifications', () => {
    let acknowledged = 0;
    const url = `${context.baseUrl.replace(/^http/, 'ws')}/ws/notifications`;
    const answer = ws.connect(url, { tags: { name: '/ws/notifications' } }, (socket) => {
      socket.on('open', () => {
        socket.send(JSON.stringify({ id: 1, type: 'subscribe' }));
        socket.send(JSON.stringify({ id: 2, type: 'read' }));
      });
      socket.on('message', (message) => {
        if (JSON.parse(message).type === 'ack') {
          acknowledged += 1;
        }
        if (acknowledged === 2) {
          socket.close();
        }
      });
      socket.setTimeout(() => socket.close(), 5000);
    });
    check(answer, { 'WebSocket is 101': (r) => !!r && r.status === 101 });
    check(acknowledged, { 'messages are acknowledged': (count) => count === 2 });
  });
  sleep(context.thinkSeconds);
  group('notification poll', () => {
    const poll = checkedRequest('GET', `${context.baseUrl}/api/notifications?since=0`, '/api/notifications', 200);
    const list = jsonOrNull(poll);
    check(list, { 'poll gives notifications': (l) => !!(l && Array.isArray(l.items)) });
  });
  group('notification stream', () => {
    const stream = checkedRequest(
      'GET',
      `${context.baseUrl}/api/notifications/stream?max=2`,
      '/api/notifications/stream',
      200,
    );
    check(stream, { 'stream gives events': (r) => String(r.body).includes('data:') });
  });
  sleep(context.thinkSeconds);
}
