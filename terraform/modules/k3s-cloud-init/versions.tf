terraform {
  # Tests with mocks are of 1.7, and `use_lockfile` of the roots is of 1.11.
  required_version = ">= 1.11, < 2.0"
}
