/** Preloaded into the program: makes this Node claim to be one that is too old. */
const versions = { ...process.versions, node: '20.20.2' };
Object.defineProperty(process, 'versions', { value: versions });
Object.defineProperty(process, 'version', { value: `v${versions.node}` });
