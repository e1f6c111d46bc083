"""experiment_assignments: who was drawn into which arm of which randomised experiment."""

from ecom_platform.tables.remediation import Fault, quarantined
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

EXPERIMENT_ASSIGNMENTS = Table(
    layer="raw",
    name="experiment_assignments",
    doc="One row per user and experiment. Arms are drawn independently of everything else about the user.",
    columns=(
        Column("user_id", Type.STRING, "The user."),
        Column("experiment", Type.STRING, "Name of the experiment: onboarding_nudge or trial_offer in the synthetic world."),
        Column("arm", Type.STRING, "treatment or control.", accepted=("treatment", "control")),
        Column(
            "assigned_at",
            Type.TIMESTAMP,
            "When the arm was drawn (UTC): as the treatment was shown or, in the control arm, would have been.",
        ),
        signup_month_column(),
    ),
    key=("user_id", "experiment"),
    foreign_keys=(ForeignKey("user_id", "raw.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
    event_date="assigned_at",
    owner="user_id",
    made_by="world/assemble.py",
    remediations=(
        quarantined("orphan_user", "user_id", Fault.ORPHAN, "nobody knows whose it is"),
        quarantined("user_quarantined", "user_id", Fault.PARENT_QUARANTINED, "the clean layer would refer to nobody"),
        quarantined("unknown_arm", "arm", Fault.NOT_ACCEPTED, "a guessed arm is not a randomised one"),
        quarantined(
            "missing_assigned_at",
            "assigned_at",
            Fault.MISSING,
            "what came before the assignment cannot be separated from what came after",
        ),
    ),
)
