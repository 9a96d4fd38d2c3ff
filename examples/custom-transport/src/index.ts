export { unix } from './unix-transport.ts'
