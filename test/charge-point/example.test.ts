// The example is a file of tests: importing it runs them here.
import '../../examples/inject/app.test.js'
