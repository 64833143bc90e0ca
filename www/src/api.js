// The REST calls. Each resolves to the decoded body or throws an ApiError
// whose message is a sentence that can be shown as it is.

import { key, keyHeader, refuseKey } from './key.js';

const JSON_TYPE = 'application/json';

export class ApiError extends Error {
  constructor(message, status, field) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

// A web server in front of the backend may answer with a page of its own, so
// a body that is not a problem document is never shown.
async function failure(response) {
  let problem = {};
  try {
    problem = (await response.json()) ?? {};
  } catch {
    // Not JSON: the sentence below has to do.
  }
  const sentence = problem.detail || problem.title || problem.message ||
    `The server answered with status ${response.status}. Try again in a moment.`;
  return new ApiError(String(sentence), response.status, problem.field);
}

async function call(method, path, body, type) {
  const shown = key.value;
  let response;
  try {
    response = await fetch(path, {
      method,
      body,
      headers: { ...keyHeader(), ...(type ? { 'Content-Type': type } : {}) },
    });
  } catch {
    throw new ApiError('The server cannot be reached. Check that it runs, then try again.', 0);
  }
  if (response.status === 401) refuseKey(shown);
  if (!response.ok) throw await failure(response);
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    throw new ApiError('The answer of the server was not understood. Load the page again.', response.status);
  }
}

const part = encodeURIComponent;

export const listVideos = () => call('GET', '/api/v1/videos');
export const listAgents = () => call('GET', '/agent');
export const listSessions = () => call('GET', '/session');
export const readSession = (id) => call('GET', `/session/${part(id)}`);
export const deleteSession = (id) => call('DELETE', `/session/${part(id)}`);

export const createVideo = (name) =>
  call('POST', '/api/v1/videos', JSON.stringify({ metadata: { name } }), JSON_TYPE);

export const deleteVideo = (id) => call('DELETE', `/api/v1/videos/${part(id)}`);

export const putTranscript = (id, body, type) =>
  call('PUT', `/api/v1/videos/${part(id)}/transcript`, body, type);
