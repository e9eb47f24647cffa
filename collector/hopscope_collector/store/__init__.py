"""Where records live: `contract` says what a store promises, `memory` and `sqlite` keep it, `location` opens one."""
