"""What pipelines say, and the columns of a run log as Delta tables name their types."""

ROW = {"run_id": "test-run", "phase": "bronze", "step_name": "extract_data",
       "duration_secs": 10.0, "rows_processed": 1000, "validation_rate": 95.0}
COLUMNS = [
    ("run_id", "string"), ("run_mode", "string"), ("run_started_at", "timestamp"),
    ("run_ended_at", "timestamp"), ("execution_id", "string"), ("pipeline_id", "string"),
    ("schema", "string"), ("phase", "string"), ("step_name", "string"), ("step_type", "string"),
    ("start_time", "timestamp"), ("end_time", "timestamp"), ("duration_secs", "double"),
    ("table_fqn", "string"), ("write_mode", "string"), ("input_rows", "long"),
    ("output_rows", "long"), ("rows_written", "long"), ("rows_processed", "long"),
    ("table_total_rows", "long"), ("valid_rows", "long"), ("invalid_rows", "long"),
    ("validation_rate", "double"), ("success", "boolean"), ("error_message", "string"),
    ("memory_usage_mb", "double"), ("cpu_usage_percent", "double"), ("metadata", "string"),
    ("created_at", "timestamp")]
NULLABLE = {"run_started_at", "run_ended_at", "step_type", "start_time", "end_time", "table_fqn",
            "write_mode", "input_rows", "output_rows", "rows_written", "table_total_rows",
            "error_message", "memory_usage_mb", "cpu_usage_percent", "metadata"}
EXECUTION = {
    "context": {"mode": "initial", "start_time": "2024-01-01T12:00:00Z",
                "end_time": "2024-01-01T12:01:00+00:00", "duration_secs": 60.0, "run_id": "run-123",
                "execution_id": "exec-456", "pipeline_id": "pipeline-789", "schema": "analytics"},
    "step_results": [
        {"step_name": "load", "phase": "bronze", "success": True,
         "start_time": "2024-01-01T12:00:00Z", "end_time": "2024-01-01T12:00:30Z",
         "duration_secs": 30.0, "rows_processed": 1000, "rows_written": 950,
         "validation_rate": 95.0, "step_type": "extraction"},
        {"step_name": "clean", "phase": "silver", "success": False, "error_message": "no column",
         "duration_secs": 1.5, "rows_processed": 0, "rows_written": 0}],
    "metrics": {"total_steps": 2, "successful_steps": 1, "failed_steps": 1, "skipped_steps": 0},
    "success": False}
REPORT = {
    "run": {"mode": "incremental", "started_at": "2024-02-29T22:59:00Z",
            "ended_at": "2024-03-01T00:01:00Z"},
    "bronze": {"users": {"validation": {
        "start_at": "2024-02-29T23:59:00+01:00", "end_at": "2024-02-29T23:59:30+01:00",
        "valid_rows": 95, "invalid_rows": 5, "validation_rate": 95.0}}},
    "silver": {"clean": {
        "transform": {"start_at": "2024-03-01T00:00:00Z", "end_at": "2024-03-01T00:00:10Z",
                      "input_rows": 100, "output_rows": 95},
        "write": {"start_at": "2024-03-01T00:00:09Z", "end_at": "2024-03-01T00:00:11Z",
                  "mode": "append", "rows_written": 94, "by": "x"},
        "validation": {"validation_rate": 95.5}, "table_fqn": "silver.clean", "owner": "me"}},
    "gold": None}
