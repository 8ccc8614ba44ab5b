"""What is returned: options asked for, models by name, columns of many sets, results of one."""
