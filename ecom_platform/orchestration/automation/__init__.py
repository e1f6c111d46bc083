"""What starts runs and what watches them: jobs, schedules, automation conditions, sensors."""
