// Server 6: the back-end as built, with the settings of its environment.
import '../storage/app.mjs'
