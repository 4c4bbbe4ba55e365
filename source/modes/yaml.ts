/** For commands that need YAML only sometimes, and import this when they do. Importing the package itself that way gives different shapes in a checkout and in the bundle, since it is CommonJS. */
export {parseDocument, stringify, visit} from 'yaml';
