"""Web pages for guardians and clerks, and the canteen's tablet: what people see of Refettorio."""
