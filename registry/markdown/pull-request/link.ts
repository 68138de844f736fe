/** GitHub's own addresses have nothing else in them. */
const ADDRESS = /^https?:\/\/[\w.-]+(:\d+)?\/[\w./#?=&%-]*$/;

/** Whether an address can be nothing but one of GitHub's, so that it may stand in a link. */
export function isAddress(url: string | null): url is string {
  return url !== null && ADDRESS.test(url);
}

/** A link whose address is one of GitHub's own, or nothing. */
export function link(text: string, url: string | null): string {
  return isAddress(url) ? `[${text}](${url})` : '';
}
