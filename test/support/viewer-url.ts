/** Where a viewer connects, given where a proxy listens. */

/** `address` as the proxy tells it; the URL in the form that `ws` and the raw viewer take. */
export const viewerUrl = (address: string, path: string): string =>
  address.startsWith('unix:') ? `ws+${address}:${path}` : `ws://${address}${path}`;
