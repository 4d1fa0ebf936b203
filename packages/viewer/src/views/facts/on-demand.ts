/* The lists that are fetched when one of them is first shown. */
export { EdgeList } from './edge-list.tsx';
export { ErrorList } from './error-list.tsx';
export { FileList } from './file-list.tsx';
export { RequestList } from './request-list.tsx';
