"""Who may ask which route of the API: the scope that a key needs, and the roles of people who are logged in.

The letters are those of tests/config/access.py. A route that is not in here fails the test.
"""

from typing import NamedTuple

from config.models import Scope
from tests.config.access import ADMIN, ALL, LEAD, TECH, WRITE


class Access(NamedTuple):
    """What a route asks for."""

    scope: Scope
    roles: str


TABLE: dict[tuple[Scope, str], str] = {
    (Scope.READ, ALL): """
        GET broadcasts/
        GET broadcasts/<uuid:id>/
        GET broadcasts/<uuid:id>/counts/
        GET broadcasts/<uuid:id>/messages/
        GET caps/
        GET caps/<uuid:id>/
        GET clock/
        GET contents/
        GET contents/<slug:slug>/
        POST contents/<slug:slug>/preview/
        GET customers/
        GET customers/<uuid:id>/
        GET customers/<uuid:id>/consent_history/
        GET customers/<uuid:id>/consents/
        GET customers/<uuid:id>/enrollments/
        GET customers/<uuid:id>/events/
        POST customers/<uuid:id>/explain/
        GET customers/<uuid:id>/merges/
        GET customers/<uuid:id>/messages/
        GET customers/<uuid:id>/stage_history/
        GET customers/<uuid:id>/stage_holds/
        GET double_opt_ins/
        GET double_opt_ins/<uuid:id>/
        GET enrollments/
        GET enrollments/<uuid:id>/
        GET enrollments/<uuid:id>/log/
        GET enrollments/<uuid:id>/messages/
        GET events/
        GET events/<uuid:id>/
        GET holdout/
        GET holdout/history/
        GET journeys/
        GET journeys/<slug:slug>/
        GET journeys/<slug:slug>/acts/
        GET journeys/<slug:slug>/comments/
        GET journeys/<slug:slug>/counts/
        GET journeys/<slug:slug>/diff/
        GET journeys/<slug:slug>/entries/
        GET journeys/<slug:slug>/export/
        GET journeys/<slug:slug>/goals/
        GET journeys/<slug:slug>/moves/
        POST journeys/<slug:slug>/preview/
        GET journeys/<slug:slug>/requests/
        GET journeys/<slug:slug>/tests/
        POST journeys/<slug:slug>/tests/run/
        POST journeys/<slug:slug>/validate/
        GET journeys/<slug:slug>/versions/
        POST journeys/<slug:slug>/walk/
        GET journeys/steps/
        GET journeys/triggers/
        POST journeys/validate/
        GET messages/
        GET messages/<uuid:id>/
        GET products/
        GET products/<uuid:id>/
        GET quiet-hours/
        GET quiet-hours/<uuid:id>/
        GET segments/
        GET segments/<slug:slug>/
        POST segments/<slug:slug>/difference/
        GET segments/<slug:slug>/members/
        GET segments/<slug:slug>/overlap/
        POST segments/<slug:slug>/preview/
        GET segments/<slug:slug>/sizes/
        GET segments/<slug:slug>/uses/
        POST segments/preview/
        GET simulations/
        GET simulations/<uuid:id>/
        GET stage_barriers/
        GET stage_cohorts/
        GET stage_flow/
        GET stage_versions/
        GET stage_versions/<uuid:id>/
        GET stage_versions/<uuid:id>/differences/
        POST stage_versions/<uuid:id>/try/
        GET stages/
        GET stages/<slug:slug>/
        GET topics/
        GET topics/<slug:slug>/
    """,
    (Scope.CUSTOMERS, "CIA"): """
        POST customers/
        PATCH customers/<uuid:id>/
        POST customers/<uuid:id>/consents/
        POST customers/<uuid:id>/merge/
        POST customers/<uuid:id>/unmerge/
        DELETE customers/<uuid:id>/stage_holds/
        POST customers/<uuid:id>/stage_holds/
        POST products/
        POST suppressions/
        DELETE suppressions/<uuid:id>/
    """,
    (Scope.READ, WRITE): """
        GET imports/
        GET imports/<uuid:id>/
    """,
    (Scope.CUSTOMERS, WRITE): """
        POST imports/
        DELETE imports/<uuid:id>/
        PATCH imports/<uuid:id>/
        POST imports/<uuid:id>/check/
        POST imports/<uuid:id>/start/
        POST imports/<uuid:id>/stop/
    """,
    (Scope.CUSTOMERS, LEAD): """
        DELETE customers/<uuid:id>/
        POST duplicates/<uuid:id>/keep_apart/
        POST duplicates/<uuid:id>/merge/
        POST duplicates/search/
    """,
    (Scope.PERSONAL, WRITE): """
        GET imports/<uuid:id>/rejected/
    """,
    (Scope.PERSONAL, LEAD): """
        GET customers/<uuid:id>/export/
    """,
    (Scope.FULL, ADMIN): """
        POST clock/
        POST retention/
        DELETE retention/<uuid:id>/
        PATCH retention/<uuid:id>/
    """,
    (Scope.DESIGN, LEAD): """
        POST broadcasts/
        PATCH broadcasts/<uuid:id>/
        POST caps/
        POST double_opt_ins/
        DELETE double_opt_ins/<uuid:id>/
        DELETE caps/<uuid:id>/
        PATCH caps/<uuid:id>/
        POST contents/
        DELETE contents/<slug:slug>/
        PATCH contents/<slug:slug>/
        POST contents/check/
        PATCH holdout/
        POST journeys/
        PATCH journeys/<slug:slug>/
        POST journeys/<slug:slug>/comments/
        POST journeys/<slug:slug>/comments/<uuid:comment>/answer/
        POST journeys/<slug:slug>/comments/<uuid:comment>/resolve/
        POST journeys/<slug:slug>/simulate/
        DELETE journeys/<slug:slug>/tests/
        POST journeys/<slug:slug>/tests/
        POST journeys/import/
        POST quiet-hours/
        DELETE quiet-hours/<uuid:id>/
        PATCH quiet-hours/<uuid:id>/
        POST segments/
        DELETE segments/<slug:slug>/
        PATCH segments/<slug:slug>/
        POST segments/<slug:slug>/archive/
        POST segments/<slug:slug>/members/
        POST segments/<slug:slug>/restore/
        POST simulations/<uuid:id>/cancel/
        POST stage_versions/
        DELETE stage_versions/<uuid:id>/
        PATCH stage_versions/<uuid:id>/
        POST stage_versions/<uuid:id>/put_in_force/
        PATCH stages/<slug:slug>/
        POST topics/
        PATCH topics/<slug:slug>/
    """,
    (Scope.READ, LEAD): """
        GET privacy_acts/
        GET retention/
        GET retention/<uuid:id>/
        GET duplicates/
        GET duplicates/<uuid:id>/
        GET segments/<slug:slug>/export/
    """,
    (Scope.READ, "CIA"): """
        GET suppressions/
        GET suppressions/<uuid:id>/
    """,
    (Scope.FULL, TECH): """
        PATCH channels/<slug:channel>/
        GET sources/
        POST sources/
        GET sources/<uuid:id>/
        PATCH sources/<uuid:id>/
        POST sources/<uuid:id>/restore/
        POST sources/<uuid:id>/revoke/
    """,
    (Scope.READ, "MCIA"): """
        GET channels/
        GET channels/<slug:channel>/
        GET channels/providers/
    """,
    (Scope.SEND, LEAD): """
        POST broadcasts/<uuid:id>/cancel/
        POST broadcasts/<uuid:id>/pause/
        POST broadcasts/<uuid:id>/resume/
        POST broadcasts/<uuid:id>/schedule/
        POST broadcasts/<uuid:id>/unschedule/
        POST enrollments/<uuid:id>/exit/
        POST enrollments/<uuid:id>/move/
        POST enrollments/<uuid:id>/retry/
        POST journeys/<slug:slug>/archive/
        POST journeys/<slug:slug>/drain/
        POST journeys/<slug:slug>/migrate/
        POST journeys/<slug:slug>/pause/
        POST journeys/<slug:slug>/publish/
        POST journeys/<slug:slug>/restore/
        POST journeys/<slug:slug>/resume/
        POST journeys/<slug:slug>/retry/
        POST journeys/<slug:slug>/rollback/
        POST journeys/<slug:slug>/trigger/
    """,
    (Scope.SEND, "PA"): """
        POST journeys/<slug:slug>/requests/approve/
        POST journeys/<slug:slug>/requests/refuse/
    """,
    (Scope.SEND, WRITE): """
        POST journeys/<slug:slug>/requests/
    """,
}
API = {
    line.strip(): Access(scope, roles)
    for (scope, roles), lines in TABLE.items()
    for line in lines.split("\n")
    if line.strip()
}
