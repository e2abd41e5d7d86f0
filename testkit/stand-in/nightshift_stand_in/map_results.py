"""What a Distributed Map does beyond calling each item: it fails with too many failures, and writes the files of its results."""

import json

from .mending import mend

# The states of a child that have a file of their own.
_FILES = ("FAILED", "PENDING", "SUCCEEDED")


def install() -> None:
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import (
        distributed_iteration_component as maps,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (
        distributed_item_processor_worker as workers,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.result_writer.resource_eval import (
        resource_eval_s3 as writers,
    )

    _keep_what_became_of_each(workers.DistributedItemProcessorWorker)
    _tolerate(maps.DistributedIterationComponent)
    _write_files(writers)


def _keep_what_became_of_each(worker: type) -> None:
    from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded

    from .step_functions import moment, row

    @mend(worker, "_eval_job")
    def eval_job(original, self, env, job):
        record = self._map_run_record
        started = moment()
        original(self, env, job)
        state = env.program_state()
        # What the selector made of the item is what the child got.
        told = row(record, getattr(self, "given", job.job_input), started)
        if isinstance(state, ProgramEnded):
            output = json.dumps(job.job_output, separators=(",", ":"))
            told |= {"Output": output, "OutputDetails": {"Included": True}, "Status": "SUCCEEDED"}
        else:
            error = getattr(state, "error", None) or {}
            told |= {
                "Cause": error.get("cause") or "",
                "Error": error.get("error") or "States.Runtime",
                "RedriveCount": 0,
                "RedriveStatus": "REDRIVABLE_BY_MAP_RUN",
                "Status": "FAILED",
            }
        record.__dict__.setdefault("told", []).append((job.job_index, told))

    @mend(worker, "_eval_input")
    def eval_input(original, self, env_frame):
        original(self, env_frame)
        # One worker works on one job at a time.
        self.given = env_frame.states.get_input()


def told(record) -> list[dict]:
    """Of each child of a map run, in the order of its items."""
    return [one for _, one in sorted(getattr(record, "told", []), key=lambda pair: pair[0])]


def _tolerate(component: type) -> None:
    from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
        StatesErrorName,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

    @mend(component, "_map_run")
    def map_run(original, self, env, eval_input):
        items = env.stack[-1]
        if not items:
            # moto waits for ever for the last of none.
            env.stack[-1] = []
            return
        original(self, env, eval_input)
        record = eval_input.map_run_record
        failed = sum(one["Status"] == "FAILED" for one in told(record))
        if _is_tolerated(failed, len(items), record):
            return
        name = StatesErrorNameType.StatesExceedToleratedFailureThreshold
        cause = "The specified tolerated failure threshold was exceeded"
        details = ExecutionFailedEventDetails(error=name.to_name(), cause=cause)
        raise FailureEventException(
            FailureEvent(
                env=env,
                error_name=StatesErrorName(typ=name),
                event_type=HistoryEventType.MapRunFailed,
                event_details=EventDetails(executionFailedEventDetails=details),
            )
        )


def _is_tolerated(failed: int, of: int, record) -> bool:
    """Where both are left out nothing is tolerated; where both stand, whichever is passed first counts. What is left out is 0 to moto."""
    count, percent = record.tolerated_failure_count, record.tolerated_failure_percentage
    if not count and not percent:
        return failed == 0
    within_count = not count or failed <= count
    within_percent = not percent or failed * 100 <= percent * of
    return within_count and within_percent


def _write_files(writers) -> None:
    def put_object(env, resource_runtime_part, state_credentials):
        parameters = env.stack.pop()
        env.stack.pop()
        record = env.map_run_record_pool_manager.get_all().pop()
        s3 = writers.boto_client_for(
            region=resource_runtime_part.region, service="s3", state_credentials=state_credentials
        )
        bucket = parameters["Bucket"]
        prefix = parameters.get("Prefix", "")
        if prefix and not prefix.endswith("/"):
            prefix += "/"
        folder = f"{prefix}{record.map_run_arn.split(':')[-1]}"

        def put(name: str, content) -> dict:
            body = json.dumps(content).encode()
            s3.put_object(Bucket=bucket, Key=f"{folder}/{name}", Body=body)
            return {"Key": f"{folder}/{name}", "Size": len(body)}

        files = {status: [one for one in told(record) if one["Status"] == status] for status in _FILES}
        manifest = {
            "DestinationBucket": bucket,
            "MapRunArn": record.map_run_arn,
            "ResultFiles": {
                status: [put(f"{status}_0.json", rows)] if rows else [] for status, rows in files.items()
            },
        }
        key = put("manifest.json", manifest)["Key"]
        env.stack.append(
            {
                "MapRunArn": record.map_run_arn,
                "ResultWriterDetails": {"Bucket": bucket, "Key": key},
            }
        )

    writers.ResourceEvalS3._handle_put_object = staticmethod(put_object)
