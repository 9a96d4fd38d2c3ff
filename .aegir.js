// aegir gives `--build` and `--bail` the same short name: with the one on, as
// it is by default, mocha stops at the first test that fails.
export default {
  test: {
    build: false
  }
}
