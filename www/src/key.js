// The key of a server that asks for one. It is kept for this tab only, and goes
// nowhere but into the Authorization header and Socket.IO's auth.

import { reactive } from 'vue';

const PLACE = 'director.key';

export const key = reactive({
  value: sessionStorage.getItem(PLACE) ?? '',
  wanted: false, // the server has refused us
});

export const keyHeader = () => (key.value ? { Authorization: `Bearer ${key.value}` } : {});

/** The server refused `shown`; what was given meanwhile stands. */
export function refuseKey(shown) {
  if (shown === key.value) key.wanted = true;
}

export function giveKey(value) {
  key.value = value;
  key.wanted = false;
  sessionStorage.setItem(PLACE, value);
}
