"""Who may do what: the table with which each page and each route of the URLconf is compared.

A role by its letter: Viewer, Marketer, Campaign manager, aPprover, Integrator, Administrator. A page or route
that is not in here fails the test, so that nobody forgets to think of it.
"""

LETTERS = {
    "V": "viewer",
    "M": "marketer",
    "C": "campaign_manager",
    "P": "approver",
    "I": "integrator",
    "A": "administrator",
}
ALL, WRITE, LEAD, TECH, ADMIN, NOBODY = "VMCPIA", "MCA", "CA", "IA", "A", ""

# Whose right is a key, a signed link or nothing; not the person's who has logged in.
PUBLIC = {
    *("home", "set_language", "login", "callbacks", "message-click", "message-open", "message-unsubscribe"),
    *(
        f"tracking-{kind}"
        for kind in ("batch", "settings", "identify", "track", "page", "screen", "alias", "group")
    ),
}
# For whoever may enter the admin, with a role or without: they show nothing that a role is asked for.
ENTERED = {
    *("app_list", "autocomplete", "jsi18n", "logout", "password_change", "password_change_done", "search"),
    *("filter_forget", "filter_save", "glossary", "my_settings", "running", "view_on_site"),
}

# Lists of rows and their forms: who looks, makes, changes, deletes.
ROWS = {
    "auth.group": (ADMIN, ADMIN, ADMIN, ADMIN),
    "auth.user": (ADMIN, ADMIN, ADMIN, ADMIN),
    "campaigns.broadcast": (ALL, WRITE, WRITE, NOBODY),
    "channels.cap": (ALL, LEAD, LEAD, LEAD),
    "channels.channel": ("MCIA", TECH, TECH, NOBODY),
    "channels.content": (ALL, WRITE, WRITE, WRITE),
    "channels.holdout": (ALL, LEAD, NOBODY, NOBODY),
    "channels.message": (ALL, NOBODY, ALL, NOBODY),  # its form is a page that is read
    "channels.quiethours": (ALL, LEAD, LEAD, LEAD),
    "config.apikey": (TECH, TECH, TECH, NOBODY),
    "customers.customer": (ALL, NOBODY, ALL, NOBODY),  # its form leads to a page that is read
    "customers.duplicatepair": (LEAD, NOBODY, LEAD, NOBODY),  # its form leads to a page
    "customers.identifierrule": ("MCIA", NOBODY, WRITE, NOBODY),
    "customers.import": (WRITE, WRITE, WRITE, NOBODY),
    "customers.inboxrow": (TECH, NOBODY, NOBODY, NOBODY),
    "customers.repairsweep": ("CIA", NOBODY, NOBODY, NOBODY),
    "customers.segment": (ALL, WRITE, WRITE, NOBODY),
    "customers.source": (TECH, TECH, TECH, NOBODY),
    "customers.stage": (ALL, NOBODY, LEAD, NOBODY),
    "customers.suppression": ("CIA", NOBODY, NOBODY, NOBODY),
    "customers.topic": (ALL, LEAD, LEAD, LEAD),
    "customers.traitrule": ("MCIA", WRITE, WRITE, WRITE),
    "django_celery_beat.clockedschedule": (ADMIN, ADMIN, ADMIN, ADMIN),
    "django_celery_beat.crontabschedule": (TECH, ADMIN, ADMIN, ADMIN),
    "django_celery_beat.intervalschedule": (TECH, ADMIN, ADMIN, ADMIN),
    "django_celery_beat.periodictask": (TECH, ADMIN, ADMIN, ADMIN),
    "django_celery_beat.solarschedule": (ADMIN, ADMIN, ADMIN, ADMIN),
    "journeys.journey": (ALL, WRITE, WRITE, NOBODY),
    "journeys.kepttest": (ALL, NOBODY, WRITE, WRITE),
    "journeys.publishingpolicy": ("CPA", NOBODY, ADMIN, NOBODY),
}

# All other pages: who may open them, and who may send something to them.
PAGES = {
    "api_reference": (TECH, TECH),
    "auth_user_password_change": (ADMIN, ADMIN),
    "broadcast_move": (LEAD, LEAD),
    "content_preview": (ALL, ALL),
    "content_try": (WRITE, WRITE),
    "customer": (ALL, ALL),
    "customer_merge": (LEAD, LEAD),
    "customer_stage": (LEAD, LEAD),
    "customer_timeline": (ALL, ALL),
    "customer_unmerge": (LEAD, LEAD),
    "customers_export": (LEAD, LEAD),
    "customers_listing": (WRITE, WRITE),
    "customers_segment_add_list": (WRITE, WRITE),
    "customers_segment_compare": (ALL, ALL),
    "customers_segment_show_ready": (ALL, ALL),
    "duplicate": (LEAD, LEAD),
    "duplicates_search": (LEAD, LEAD),
    "first_steps": (TECH, TECH),
    "first_steps_heard": (TECH, TECH),
    "import_act": (WRITE, WRITE),
    "import_rejected": (WRITE, WRITE),
    "import_state": (WRITE, WRITE),
    "inbox": (ALL, ALL),
    "inbox_shown": (ALL, ALL),
    "index": (ALL, ALL),
    "journey_check": (ALL, ALL),
    "journey_comments": (ALL, WRITE),
    "journey_copy": (WRITE, WRITE),
    "journey_designer": (ALL, ALL),
    "journey_file": (ALL, ALL),
    "journey_goals": (ALL, ALL),
    "journey_history": (ALL, ALL),
    "journey_import": (WRITE, WRITE),
    "journey_keep_test": (WRITE, WRITE),
    "journey_look": (ALL, ALL),
    "journey_move": (LEAD, LEAD),
    "journey_move_many": (LEAD, LEAD),
    "journey_new": (WRITE, WRITE),
    "journey_numbers": (ALL, ALL),
    "journey_people": (ALL, ALL),
    "journey_publish": (ALL, LEAD),
    "journey_publish?do=approve": (ALL, "PA"),
    "journey_publish?do=ask": (ALL, WRITE),
    "journey_publish?do=refuse": (ALL, "PA"),
    "journey_ready": (WRITE, WRITE),
    "journey_retry": (LEAD, LEAD),
    "journey_save": (WRITE, WRITE),
    "journey_simulate": (WRITE, WRITE),
    "journey_simulation": (ALL, ALL),
    "journey_simulations": (ALL, WRITE),
    "journey_take": (WRITE, WRITE),
    "journey_tests": (ALL, ALL),
    "journey_versions": (ALL, ALL),
    "journey_walk": (ALL, ALL),
    "message_preview": (ALL, ALL),
    "rule_customers": (ALL, ALL),
    "rule_explain": (ALL, ALL),
    "rule_preview": (ALL, ALL),
    "rule_read": (ALL, ALL),
    "rule_suggestions": (ALL, ALL),
    "rule_vocabulary": (ALL, ALL),
    "sample_removal": (ADMIN, ADMIN),
    "segment_difference": (ALL, ALL),
    "segment_export": (LEAD, LEAD),
    "segment_members": (WRITE, WRITE),
    "segment_move": (WRITE, WRITE),
    "segment_overlap": (ALL, ALL),
    "segment_ready": (ALL, ALL),
    "segment_take": (WRITE, WRITE),
    "simulation_cancel": (WRITE, WRITE),
    "simulation_numbers": (ALL, ALL),
    "simulation_progress": (ALL, ALL),
    "simulation_stop": (WRITE, WRITE),
    "stage_barriers": (ALL, ALL),
    "stage_cohorts": (ALL, ALL),
    "stage_flow": (ALL, ALL),
    "stage_version": (ALL, LEAD),
    "stage_version_new": (LEAD, LEAD),
    "stage_version_try": (ALL, ALL),
    "stage_versions": (ALL, ALL),
}
